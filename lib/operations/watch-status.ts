import { type ExitCode, InfraError, sentenceOf } from '../errors.ts'
import { untilHangup } from '../hangup.ts'
import { withLiveView } from '../live-view.ts'
import { describeLook, describeStatusView, exitCodeOfLook, type StatusLook } from '../report/status-view.ts'
import { readStatus } from '../tasks/status.ts'
import type { World } from '../tasks/world.ts'
import { canDraw } from '../terminal.ts'
import { describeMoment } from '../time.ts'

interface WatchStatusOptions {
  /** From look to look, in milliseconds. */
  readonly everyMs: number
  readonly json: boolean
}

type Show = (look: StatusLook) => void

/**
 * status again and again, until `signal` or the end of the terminal: a view where there is a terminal, an object a look as JSON, else a
 * block when something has changed. A cloud that does not answer for a while is told, and asked again.
 * @returns the exit code of the last look.
 * @throws the reason of `signal` before the first.
 */
export const watchStatus = (world: World, options: WatchStatusOptions, signal: AbortSignal): Promise<ExitCode> =>
  untilHangup(signal, (ended) => withDisplay(options, (show) => lookUntil(ended, { world, options, show })))

const lookUntil = async (
  ended: AbortSignal,
  { world, options, show }: { readonly world: World; readonly options: WatchStatusOptions; readonly show: Show },
): Promise<ExitCode> => {
  let last: StatusLook | undefined
  while (!ended.aborted) {
    const seen = await orEnd(ended, look(world))
    if (!seen) break
    last = seen
    show(last)
    await orEnd(ended, world.clock.sleep(options.everyMs, ended))
  }
  if (last) return exitCodeOfLook(last)
  throw ended.reason
}

/** Undefined at once when it ends before: whoever presses Ctrl-C does not wait for a cloud. */
const orEnd = <T>(ended: AbortSignal, work: Promise<T>): Promise<T | undefined> =>
  new Promise((resolve, reject) => {
    const end = (): void => resolve(undefined)
    if (ended.aborted) end()
    ended.addEventListener('abort', end, { once: true })
    void work.then(resolve, reject).finally(() => ended.removeEventListener('abort', end))
  })

const look = async (world: World): Promise<StatusLook> => {
  const at = world.clock.now()
  const found = await readStatus(world).catch((error: unknown) => {
    if (error instanceof InfraError) return { fault: sentenceOf(error) }
    throw error
  })
  return { at, tookMs: world.clock.now() - at, found }
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)

const withDisplay = async (
  { json }: WatchStatusOptions,
  work: (show: Show) => Promise<ExitCode>,
): Promise<ExitCode> => {
  const { stdout } = process
  if (json) return work(({ at, found }) => print(JSON.stringify({ time: new Date(at).toISOString(), ...found })))
  if (!canDraw(stdout)) return work(showChanges())
  return withLiveView(stdout, ({ show }) => work((seen) => show((size) => describeStatusView(seen, size))))
}

const showChanges = (): Show => {
  let before: string | undefined
  return (seen) => {
    const text = describeLook(seen, Number.POSITIVE_INFINITY)
    const state = describeLook(withoutAge(seen), Number.POSITIVE_INFINITY)
    if (state !== before) print(`== ${describeMoment(seen.at)}\n\n${text}\n`)
    before = state
  }
}

/** That an operation has been at work for longer by now is no change. */
const withoutAge = (seen: StatusLook): StatusLook => {
  const { found } = seen
  if ('fault' in found || !found.operation) return seen
  return { ...seen, found: { ...found, operation: { ...found.operation, ageSeconds: 0 } } }
}
