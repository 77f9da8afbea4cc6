import { type Clock, systemClock } from '../clock.ts'
import type { Pace } from '../pace.ts'
import { askAll } from './checks/ask-all.ts'
import type { Check, CheckId } from './checks/check.ts'
import { type Asked, openLane } from './checks/lane.ts'
import { createWindow, type Window } from './checks/window.ts'
import type { Target } from './query.ts'
import { digCommand } from './wire/question.ts'
import { type Answered, describeReply, type Reply } from './wire/reply.ts'

/** `unknown`: it could not be measured, which is not `ok`. */
type FindingStatus = 'ok' | 'failed' | 'unknown'

/** What one check found at one address. Those of `probe` have getters, which a spread leaves behind: see `plainFinding`. */
export interface Finding {
  readonly check: CheckId
  /** `ns1-next`, `lb1` … */
  readonly server: string
  readonly address: string
  readonly port: number
  readonly transport: 'udp' | 'tcp'
  readonly status: FindingStatus
  readonly asked: string
  readonly expected: string
  readonly got: string
  readonly reference: string | undefined
  readonly hint: string | undefined
  /** Unless ok: a `dig` command that asks the same, to be typed by a person. */
  readonly command: string | undefined
}

export interface ProbeOptions {
  /** Questions open at a time per address and transport. Default 32, and over TCP up to 128 while all of them are answered. */
  readonly concurrency?: number
  /** How often a question is asked until an answer comes. Default 3. */
  readonly tries?: number
  /** Per try. Default 1500. */
  readonly timeoutMs?: number
  readonly clock?: Clock
  readonly signal?: AbortSignal
  readonly pace?: Pace | undefined
}

/**
 * Asks every check of every target, all targets at once, and judges the answers. Silence in all tries is `failed` for what
 * must be reachable or must be answered at all, and `unknown` for data. An address that does not even answer for the SOA is
 * not asked the rest.
 * @returns one finding per target and check: target by target, in the order of the checks.
 * @throws the signal's reason when aborted.
 */
export const probe = async (
  targets: readonly Target[],
  checks: readonly Check[],
  options: ProbeOptions = {},
): Promise<Finding[]> => {
  const findings = await Promise.all(targets.map((target) => probeTarget(target, checks, options)))
  return findings.flat()
}

const probeTarget = async (target: Target, checks: readonly Check[], options: ProbeOptions): Promise<Finding[]> => {
  const found = new Map<Check, Finding>()
  const byTransport = (transport: 'udp' | 'tcp') => checks.filter((check) => check.transport === transport)
  await Promise.all([
    probeLane(target, byTransport('udp'), options, found),
    probeLane(target, byTransport('tcp'), options, found),
  ])
  return checks.flatMap((check) => found.get(check) ?? [])
}

const probeLane = async (
  target: Target,
  checks: readonly Check[],
  options: ProbeOptions,
  found: Map<Check, Finding>,
): Promise<void> => {
  const { concurrency, tries = 3, timeoutMs = 1500, clock = systemClock, signal, pace } = options
  const lane = openLane(target, { tries, timeoutMs, clock, signal, pace })
  try {
    const first = checks.find(({ id }) => id === 'soa')
    const reached = first ? await lane.ask(first, 0) : undefined
    if (first && reached) found.set(first, judge(target, first, reached))
    const rest = checks.filter((check) => check !== first)
    if (reached?.replies.some(isSilence)) for (const check of rest) found.set(check, notAsked(target, check))
    else {
      const window = windowFor(rest, concurrency)
      await askAll({ lane, checks: rest, window }, (check, asked) => found.set(check, judge(target, check, asked)))
    }
  } finally {
    lane.close()
  }
}

const usual = 32
// One round trip then brings as many answers as a turn of the event loop has work with. Over UDP every question has a socket of its own.
const mostOverTcp = 128

const windowFor = ([first]: readonly Check[], concurrency: number | undefined): Window =>
  createWindow(concurrency ?? usual, concurrency ?? (first?.transport === 'tcp' ? mostOverTcp : usual))

const isAnswered = (reply: Reply): reply is Answered => reply.kind === 'answered'
const isSilence = (reply: Reply): boolean => !isAnswered(reply) && reply.kind !== 'malformed'

/** Of a large zone there are tens of thousands, nearly all ok: what can be said about them is made when it is asked for. */
class FindingOf implements Finding {
  readonly #target: Target
  readonly #check: Check
  readonly status: FindingStatus
  readonly got: string

  constructor(target: Target, check: Check, { status, got }: Pick<Finding, 'status' | 'got'>) {
    this.#target = target
    this.#check = check
    this.status = status
    this.got = got
  }
  get check() {
    return this.#check.id
  }
  get server() {
    return this.#target.name
  }
  get address() {
    return this.#target.address
  }
  get port() {
    return this.#target.port
  }
  get transport() {
    return this.#check.transport
  }
  get asked() {
    return this.#check.asked()
  }
  get expected() {
    return this.#check.expected()
  }
  get reference() {
    return this.#check.reference
  }
  get hint() {
    return this.status === 'ok' ? undefined : this.#check.hint
  }
  get command() {
    return this.status === 'ok' ? undefined : digCommand(this.#target, this.#check.questions[0])
  }
}

/** All its properties as data. */
export const plainFinding = (finding: Finding): Finding => {
  const { check, server, address, port, transport, status, asked, expected, got, reference, hint, command } = finding
  return { check, server, address, port, transport, status, asked, expected, got, reference, hint, command }
}

const findingOf = (target: Target, check: Check, seen: Pick<Finding, 'status' | 'got'>): Finding =>
  new FindingOf(target, check, seen)

const notAsked = (target: Target, check: Check): Finding =>
  findingOf(target, check, {
    status: 'unknown',
    got: `not asked: no answer even for the SOA over ${check.transport.toUpperCase()}`,
  })

const judge = (target: Target, check: Check, { replies, tries }: Asked): Finding => {
  const open = replies.find((reply) => !isAnswered(reply))
  if (open?.kind === 'closed' && check.mayClose) return findingOf(target, check, { status: 'ok', got: open.detail })
  if (open) {
    const status = open.kind === 'malformed' ? 'failed' : check.silence
    return findingOf(target, check, {
      status,
      got: `${open.kind === 'malformed' ? '' : 'no answer: '}${open.detail} (tried ${tries} times)`,
    })
  }
  const answers = replies.filter(isAnswered)
  const faults = check.judge(answers, target)
  if (faults.length === 0) return findingOf(target, check, { status: 'ok', got: 'as expected' })
  const seen = answers.map(describeReply).join(' / ')
  return findingOf(target, check, { status: 'failed', got: `${describeFaults(faults)} [${seen}]` })
}

const describeFaults = (faults: readonly string[]): string => {
  const distinct = [...new Set(faults)]
  const more = distinct.length > 5 ? `; and ${distinct.length - 5} more` : ''
  return `${distinct.slice(0, 5).join('; ')}${more}`
}

export interface FindingSummary {
  readonly ok: number
  readonly failed: number
  readonly unknown: number
}

/** How many findings of each status. */
export const summarizeFindings = (findings: readonly Finding[]): FindingSummary => {
  const count = (status: FindingStatus): number => findings.filter((finding) => finding.status === status).length
  return { ok: count('ok'), failed: count('failed'), unknown: count('unknown') }
}

/**
 * A finding for a person, one fact a line: where and what was asked, what should have come, what came, why it matters,
 * what to look at, and a command that shows the same.
 */
export const describeFinding = (finding: Finding): string => {
  const { check, server, address, port, transport, status, asked, expected, got, reference, hint, command } = finding
  const at = `${address}${port === 53 ? '' : ` port ${port}`}, ${transport.toUpperCase()}`
  const head = `${check} ${status}: ${server} (${at}) was asked ${asked}`
  if (status === 'ok') return `${head}: ${got}, ${expected}`
  return [
    head,
    `expected: ${expected}`,
    `got: ${got}`,
    ...(reference === undefined ? [] : [`see: ${reference}`]),
    ...(hint === undefined ? [] : [`do: ${hint}`]),
    ...(command === undefined ? [] : [`try: ${command}`]),
  ].join('\n')
}
