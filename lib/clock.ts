import { setTimeout as delay } from 'node:timers/promises'
import { InfraError } from './errors.ts'

/** The only source of time below `scripts/`; tests pass one that does not really wait. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal ? { signal } : undefined).catch((error: unknown) => {
      // Node rejects with an error of its own instead of the reason
      signal?.throwIfAborted()
      throw error
    })
  },
}

export interface WaitOptions {
  readonly clock: Clock
  readonly everyMs: number
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Told each time what is being waited for, so that a long wait shows its state. */
  readonly onSeen?: (seen: string) => void
}

export type Attempt<T> = { readonly done: T } | { readonly seen: string }

/**
 * Polls `attempt` until it is done. Something that is "not yet" is returned as `seen`; something that can never
 * succeed is thrown by `attempt` and rises at once.
 * @throws InfraError after `timeoutMs`, saying what was last seen.
 */
export const waitFor = async <T>(
  what: string,
  attempt: () => Promise<Attempt<T>>,
  options: WaitOptions,
): Promise<T> => {
  const { clock, everyMs, timeoutMs, signal, onSeen } = options
  const deadline = clock.now() + timeoutMs
  for (;;) {
    signal?.throwIfAborted()
    const result = await attempt()
    if ('done' in result) return result.done
    onSeen?.(result.seen)
    if (clock.now() + everyMs > deadline) {
      throw new InfraError(`${what}: not so after ${Math.round(timeoutMs / 1000)} s. Last seen: ${result.seen}`)
    }
    await clock.sleep(everyMs, signal)
  }
}
