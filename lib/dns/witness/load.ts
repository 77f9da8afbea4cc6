import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../clock.ts'
import { openTcp, type TcpConnection } from '../query/tcp.ts'
import { openUdp } from '../query/udp.ts'
import { query, type Target } from '../query.ts'
import { type PreparedQuestion, prepareQuestion, type Question, wantingProofs } from '../wire/question.ts'
import type { Answered, Reply } from '../wire/reply.ts'
import type { HandoverQuestions } from './handover.ts'
import type { Sent, Tally } from './tally.ts'

export interface WitnessOptions {
  readonly targets: readonly Target[]
  /** Asked in turn, by UDP; each second two of them also by TCP. */
  readonly questions: readonly Question[]
  /** What comes and goes of them, where the operation leads to another generation: by UDP every second question is one of these. */
  readonly handover?: HandoverQuestions | undefined
  /** Names whose answers are asked for with their proofs now and then, since they are signed. */
  readonly isSigned?: (name: string) => boolean
  /** Per target, by UDP. */
  readonly queriesPerSecond: number
  /** After which a query counts as lost. Default 2000. */
  readonly timeoutMs?: number
  /** `true`, or what is wrong with the answer. */
  readonly accept: (question: Question, reply: Answered) => true | string
  /** Says when things were asked; the pace is real, as the network is. */
  readonly clock: Clock
}

const tickMs = 2
const tcpEveryMs = 1000
// What is overdue by less is made up for at once: a burst of 20 ms fits into any socket buffer.
const stallMs = 20
/** What the senders of one witness share. */
export interface Run {
  readonly options: WitnessOptions & Required<Pick<WitnessOptions, 'timeoutMs'>>
  readonly isStopped: () => boolean
  readonly step: () => string
  /** Queries and retries that have not ended. */
  readonly open: Set<Promise<void>>
  readonly stalled: (ms: number) => void
}

/** Keeps the account of one query: whatever `ask` resolves to is counted once. */
const track = (run: Run, tally: Tally, question: Question, ask: () => Promise<Reply>): Promise<Reply> => {
  const { accept, clock } = run.options
  const sent: Sent = {
    question,
    at: clock.now(),
    step: run.step(),
    isHeard: tally.isHeard(question.transport),
    isHandedOver: tally.isHandedOver(),
  }
  tally.send()
  const ended = ask().then((reply) => {
    tally.settle(sent, reply, reply.kind === 'answered' ? accept(question, reply) : true)
    return reply
  })
  const open = ended.then(() => {
    run.open.delete(open)
  })
  run.open.add(open)
  return ended
}

const askByUdp = async (target: Target, prepared: PreparedQuestion, timeoutMs: number): Promise<Reply> => {
  const socket = openUdp(target)
  const reply = await socket.ask(prepared, timeoutMs)
  socket.close()
  return reply
}

const retryOnce = (run: Run, { target, tally }: { target: Target; tally: Tally }, prepared: PreparedQuestion): void => {
  const retried = askByUdp(target, prepared, run.options.timeoutMs).then((reply) => {
    if (reply.kind !== 'answered') tally.retryLost()
    run.open.delete(retried)
  })
  run.open.add(retried)
}

/** All in turn; what comes and goes between two of them, so that none of it waits for a long list. */
const questionsInTurn = ({ questions, handover, isSigned }: WitnessOptions): (() => PreparedQuestion | undefined) => {
  const all = inTurn(questions, isSigned)
  const oneSided = inTurn([...(handover?.comes.questions ?? []), ...(handover?.goes.questions ?? [])], isSigned)
  let isOneSidedNext = false
  return () => {
    isOneSidedNext = !isOneSidedNext
    return (isOneSidedNext ? oneSided() : undefined) ?? all()
  }
}

interface Prepared {
  readonly plain: PreparedQuestion
  /** With DO; undefined where there are no proofs. */
  readonly proven: PreparedQuestion | undefined
}

/** One in so many, and not in step with how many questions there are. */
const provenEvery = 4

const inTurn = (
  questions: readonly Question[],
  isSigned?: (name: string) => boolean,
): (() => PreparedQuestion | undefined) => {
  const prepared = questions.map((question): Prepared => {
    const byUdp = { ...question, transport: 'udp' } as const
    return {
      plain: prepareQuestion(byUdp),
      proven: isSigned?.(question.name) ? prepareQuestion(wantingProofs(byUdp)) : undefined,
    }
  })
  let next = Math.floor(Math.random() * prepared.length)
  return () => {
    const one = prepared[next++ % prepared.length]
    return Math.random() * provenEvery < 1 ? (one?.proven ?? one?.plain) : one?.plain
  }
}

/** UDP queries at their time by the clock until the run is stopped. */
export const sendSteadily = async (run: Run, target: Target, tally: Tally): Promise<void> => {
  const { queriesPerSecond, timeoutMs } = run.options
  const takeQuestion = questionsInTurn(run.options)
  const everyMs = 1000 / queriesPerSecond
  const send = (asked: PreparedQuestion): void => {
    const ask = () => askByUdp(target, asked, timeoutMs)
    void track(run, tally, asked.question, ask).then((reply) => {
      if (reply.kind !== 'answered' && reply.kind !== 'malformed') retryOnce(run, { target, tally }, asked)
    })
  }
  let due = performance.now()
  while (!run.isStopped() && run.options.questions.length > 0) {
    const now = performance.now()
    if (now - due > stallMs) {
      // A burst of all that is overdue would overrun a socket buffer somewhere and be counted as loss.
      run.stalled(now - due)
      due = now
    }
    for (; due <= now; due += everyMs) {
      const asked = takeQuestion()
      if (asked) send(asked)
    }
    await delay(tickMs)
  }
}

/** Two TCP queries a second, one on a new connection and one on the kept one, until the run is stopped. */
export const sendByTcp = async (
  run: Run,
  { target, tally, kept }: { readonly target: Target; readonly tally: Tally; readonly kept: KeptConnection },
): Promise<void> => {
  const { questions, timeoutMs } = run.options
  let due = performance.now()
  for (let i = 0; !run.isStopped() && questions.length > 0; await delay(tickMs * 10)) {
    if (performance.now() < due) continue
    due = performance.now() + tcpEveryMs
    const first = tcpQuestion(questions, i++)
    const second = tcpQuestion(questions, i++)
    void track(run, tally, first, () => query(target, first, { timeoutMs }))
    void track(run, tally, second, () => kept.ask(second, timeoutMs))
  }
  await Promise.all(run.open)
  kept.close()
}

const tcpQuestion = (questions: readonly Question[], i: number): Question => ({
  name: '.',
  type: 'SOA',
  ...questions[i % questions.length],
  transport: 'tcp',
})

export interface KeptConnection {
  ask(question: Question, timeoutMs: number): Promise<Reply>
  /** Ends it once it owes no answer; the next question opens another. */
  letGo(): void
  close(): void
}

/** A server may end a connection whenever it is idle; its client then opens another and asks again (RFC 7766 §6.2.4). */
export const keepConnection = (target: Target, tally: Tally): KeptConnection => {
  let connection: TcpConnection | undefined
  let answered: Promise<unknown> = Promise.resolve()
  const renew = (): TcpConnection => {
    if (connection?.isClosed()) tally.reconnect()
    if (!connection || connection.isClosed()) connection = openTcp(target)
    return connection
  }
  const ask = async (question: Question, timeoutMs: number): Promise<Reply> => {
    const prepared = prepareQuestion(question)
    const reply = await renew().ask(prepared, timeoutMs)
    return reply.kind === 'closed' ? renew().ask(prepared, timeoutMs) : reply
  }
  return {
    ask: (question, timeoutMs) => {
      const reply = ask(question, timeoutMs)
      answered = reply
      return reply
    },
    letGo: () => {
      const left = connection
      connection = undefined
      void answered.then(() => left?.close())
    },
    close: () => connection?.close(),
  }
}
