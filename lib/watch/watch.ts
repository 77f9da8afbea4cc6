import type { Clock } from '../clock.ts'
import { type ExitCode, InfraError, ifRefused, sentenceOf } from '../errors.ts'
import type { CheckReport } from '../report/check-dns.ts'
import type { Deliver } from '../tell/deliver.ts'
import type { Look } from '../tell/teller.ts'
import { verdictOf } from '../tell/verdict.ts'
import { describeRemaining, duration } from '../time.ts'
import { seeFaults } from './faults.ts'
import { judgeLook, noIncidents, type Rules, type WatchState } from './incidents.ts'

export interface WatchOptions {
  readonly clock: Clock
  /** From the beginning of one look to that of the next. */
  readonly everyMs: number
  readonly rules: Rules
  /** After which the watch ends. Default: never. */
  readonly looks?: number | undefined
  /** Ends the watch. */
  readonly signal: AbortSignal
  /** Looks once. @throws InfraError when it cannot; the reason of its signal when that is aborted. */
  readonly look: (signal: AbortSignal) => Promise<CheckReport>
  /** Whether this computer reaches anybody. */
  readonly isLinkUp: (report: CheckReport, signal: AbortSignal) => Promise<boolean>
  readonly deliver: Deliver
}

/**
 * Looks again and again until it is told to end, or has looked as often as it should.
 * @returns 1 when the last of so many looks could not be told to everybody, 3 when incidents are open, else 8 when the last look was not
 * right in all, else 0.
 * @throws InfraError (exit code 2) when the first look finds that options or zone files cannot be.
 */
export const watch = async (options: WatchOptions): Promise<ExitCode> => {
  const { clock, everyMs, looks = Number.POSITIVE_INFINITY, signal, deliver } = options
  let state = noIncidents
  let last: Look | undefined
  try {
    for (let count = 1; ; count++) {
      const taken = await lookWithin(options, { isFirst: last === undefined })
      const { changes, ...judged } = judge(state, taken, options.rules)
      state = judged.state
      last = { ...taken, open: state.incidents }
      const isTold = await deliver(changes, last)
      signal.throwIfAborted()
      // nobody would tell it later
      if (count >= looks && !isTold) return 1
      if (count >= looks) break
      await clock.sleep(Math.max(0, taken.at + everyMs - clock.now()), signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  if (state.incidents.length > 0) return 3
  return last && verdictOf(last) === 'ok' ? 0 : 8
}

type Taken = Omit<Look, 'open'>

const judge = (state: WatchState, { at, report, isLinkUp }: Taken, rules: Rules) => {
  const isUsable = isLinkUp && report !== undefined
  const seen = {
    at,
    faults: seeFaults(isUsable ? report.findings : []),
    isWhole: isUsable && report.unknown.length === 0,
    isMoving: report?.isMoving ?? false,
  }
  return judgeLook(state, seen, rules)
}

/** Whoever is silent is asked several times, and several are asked in turn on the way from the root: an outage takes longest to see. */
const leastPatienceMs = 30_000

/** A look that runs when the next one is due holds it up, for one more interval unless that is short, and is cut off then. */
const lookWithin = async (options: WatchOptions, { isFirst }: { readonly isFirst: boolean }): Promise<Taken> => {
  const { clock, everyMs, signal, look, isLinkUp } = options
  const patienceMs = Math.max(2 * everyMs, leastPatienceMs)
  const at = clock.now()
  const startedAt = performance.now()
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(cutError(patienceMs)), patienceMs)
  // what is asked answers in real time, whatever the clock says
  const tookMs = (): number => performance.now() - startedAt
  try {
    const either = AbortSignal.any([signal, limit.signal])
    const looking = async (): Promise<Taken> => {
      const report = await look(either)
      const isUp = await isLinkUp(report, either)
      return { at, tookMs: tookMs(), report, isLinkUp: isUp, remarks: remarksOn(tookMs(), everyMs) }
    }
    return await Promise.race([looking(), rejectedBy(either)])
  } catch (error) {
    signal.throwIfAborted()
    return ifRefused((refusal): Taken => {
      if (isFirst && refusal.exitCode === 2) throw refusal
      return { at, tookMs: tookMs(), report: undefined, isLinkUp: true, remarks: [sentenceOf(refusal)] }
    })(error)
  } finally {
    clearTimeout(timer)
  }
}

/** For what does not heed a signal, such as a request to the cloud that is being tried again. */
const rejectedBy = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason))
  })

const hint = 'Look less often, or at less: --zone, --only, --family; or let it ask more in a second: --rate'

const cutError = (patienceMs: number): InfraError =>
  new InfraError(`The look was cut off after ${describeRemaining(patienceMs)}`, { exitCode: 8, hint })

const remarksOn = (tookMs: number, everyMs: number): readonly string[] =>
  tookMs > everyMs
    ? [`The look took ${duration(tookMs)}, longer than the ${describeRemaining(everyMs)} between looks: ${hint}`]
    : []
