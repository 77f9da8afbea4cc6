import type { Target } from '../query.ts'
import { describeQuestion, type Question } from '../wire/question.ts'
import type { Answered, Reply } from '../wire/reply.ts'
import type { LbAccount } from './handover.ts'
import { createLatency, type Latency } from './latency.ts'
import type { Fate, Lane } from './timeline.ts'

/** One query that went wrong, and during which step of the operation it was sent. */
interface Incident {
  /** When it was sent, milliseconds since the Unix epoch. */
  readonly at: number
  readonly question: string
  readonly transport: 'udp' | 'tcp'
  readonly step: string
  readonly detail: string
}

interface SeenIdentity {
  readonly nsid: string
  /** Of the first and the last answer, milliseconds since the Unix epoch. */
  readonly first: number
  readonly last: number
  readonly count: number
}

/** `sent` = `answered` + `wrong` + `lost` + `refused` + `inFlight`, always; TCP included. */
export interface Counts {
  readonly sent: number
  /** Answered, and rightly. */
  readonly answered: number
  /** Answered otherwise than it should have been. */
  readonly wrong: number
  /** No answer within the timeout. */
  readonly lost: number
  /** Nothing listened: ICMP port unreachable or a refused connection. */
  readonly refused: number
  readonly inFlight: number
  /** Lost, asked once more, and lost again. Retries are not counted in `sent`. */
  readonly retriedLost: number
}

export interface Timing {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

interface TcpCounts {
  readonly sent: number
  readonly answered: number
  /** Kept connections that the server ended and that were opened anew. */
  readonly reconnects: number
}

export interface TargetReport extends Target, Counts, Timing {
  readonly tcp: TcpCounts
  /** When it was first asked, milliseconds since the Unix epoch. */
  readonly since: number
  /** Of those lost or refused, how many during which step were sent before any query of the same transport was answered rightly. */
  readonly unheard: readonly { readonly step: string; readonly lost: number }[]
  readonly nsids: readonly SeenIdentity[]
  /** Of those lost or refused, the first thousand of each step. */
  readonly losses: readonly Incident[]
  /** Of those answered wrongly, the first thousand of each step. */
  readonly wrongs: readonly Incident[]
}

export interface Sent {
  readonly question: Question
  readonly at: number
  readonly step: string
  /** Whether a query of the same transport to this target had been answered rightly by then. */
  readonly isHeard: boolean
  /** Whether the generation that comes had answered through this lb by then. */
  readonly isHandedOver: boolean
}

const maxIncidentsPerStep = 1000

/** Counts what became of the queries to one target. */
export interface Tally {
  send(): void
  settle(sent: Sent, reply: Reply, verdict: true | string): void
  retryLost(): void
  reconnect(): void
  isHeard(transport: 'udp' | 'tcp'): boolean
  isHandedOver(): boolean
  report(): TargetReport
  readonly latency: Latency
}

export const timingOf = (latency: Latency): Timing => ({
  p50Ms: latency.quantile(0.5),
  p99Ms: latency.quantile(0.99),
  maxMs: latency.max(),
})

/** Bounded step by step: what went wrong before a switch must not hide what goes wrong during it. */
const createIncidents = () => {
  const incidents: Incident[] = []
  const counts = new Map<string, number>()
  return {
    list: (): readonly Incident[] => [...incidents],
    note: ({ question, at, step }: Sent, detail: string): void => {
      const count = counts.get(step) ?? 0
      counts.set(step, count + 1)
      if (count >= maxIncidentsPerStep) return
      incidents.push({ at, question: describeQuestion(question), transport: question.transport, step, detail })
    },
  }
}

/** What else each query is told to. */
interface Accounts {
  /** Of the lb that it is an address of, where an operation hands it over. */
  readonly account?: LbAccount | undefined
  readonly lanes?: readonly Lane[]
}

const fateOf = (reply: Reply, verdict: true | string): Fate => {
  if (reply.kind === 'answered') return verdict === true ? 'answered' : 'wrong'
  if (reply.kind === 'malformed') return 'wrong'
  return reply.kind === 'refused' ? 'refused' : 'lost'
}

/** @param target.since when it is first asked, milliseconds since the Unix epoch */
export const createTally = (
  target: Target & { readonly since: number },
  now: () => number,
  { account, lanes = [] }: Accounts = {},
): Tally => {
  const latency = createLatency()
  const counts = { sent: 0, answered: 0, wrong: 0, lost: 0, refused: 0, inFlight: 0, retriedLost: 0 }
  const tcp = { sent: 0, answered: 0, reconnects: 0 }
  const nsids = new Map<string, SeenIdentity>()
  const heard = new Set<string>()
  const unheard = new Map<string, number>()
  const losses = createIncidents()
  const wrongs = createIncidents()

  const answer = (sent: Sent, reply: Answered, verdict: true | string): void => {
    latency.add(reply.ms)
    const nsid = reply.nsid ?? ''
    const seen = nsids.get(nsid)
    nsids.set(nsid, { nsid, first: seen?.first ?? now(), last: now(), count: (seen?.count ?? 0) + 1 })
    if (verdict === true) {
      heard.add(sent.question.transport)
      account?.note(sent, reply)
      if (sent.question.transport === 'tcp') tcp.answered++
    } else wrongs.note(sent, verdict)
  }

  return {
    latency,
    send: () => {
      counts.sent++
      counts.inFlight++
    },
    settle: (sent, reply, verdict) => {
      const { at, question } = sent
      const fate = fateOf(reply, verdict)
      counts.inFlight--
      counts[fate]++
      for (const lane of lanes) lane.note({ at, transport: question.transport, reply, fate })
      if (question.transport === 'tcp') tcp.sent++
      if (reply.kind === 'answered') return answer(sent, reply, verdict)
      if (reply.kind === 'malformed') return wrongs.note(sent, reply.detail)
      if (!sent.isHeard) unheard.set(sent.step, (unheard.get(sent.step) ?? 0) + 1)
      losses.note(sent, reply.detail)
    },
    retryLost: () => {
      counts.retriedLost++
    },
    reconnect: () => {
      tcp.reconnects++
    },
    isHeard: (transport) => heard.has(transport),
    isHandedOver: () => account?.isHandedOver() === true,
    report: () => ({
      ...target,
      ...counts,
      ...timingOf(latency),
      tcp: { ...tcp },
      unheard: [...unheard].map(([step, lost]) => ({ step, lost })),
      nsids: [...nsids.values()],
      losses: losses.list(),
      wrongs: wrongs.list(),
    }),
  }
}
