import type { Clock } from '../../lib/clock.ts'

export interface LeapingClock extends Clock {
  /** Lets time pass, as between two runs. */
  pass(ms: number): void
  /** Nobody is woken any more. */
  stop(): void
}

interface Sleeper {
  readonly dueAt: number
  readonly wake: () => void
}

/** Real time between two looks whether time may leap on. */
const lookEveryMs = 1

/**
 * Time that stands still while there is work, and leaps to whoever wakes next when all are asleep: an hour's wait is over in a millisecond, those who
 * sleep wake in their order, and a deadline never passes because this computer is slow.
 * @param isBusy whether something is under way that nobody sleeps for
 */
export const createLeapingClock = (isBusy: () => boolean, startMs: number): LeapingClock => {
  let now = startMs
  let timer: NodeJS.Timeout | undefined
  const sleepers = new Set<Sleeper>()
  const look = (): void => {
    timer = undefined
    if (!isBusy()) {
      now = Math.max(now, Math.min(...[...sleepers].map(({ dueAt }) => dueAt)))
      for (const sleeper of sleepers) if (sleeper.dueAt <= now) sleeper.wake()
    }
    arm()
  }
  const arm = (): void => {
    if (sleepers.size > 0) timer ??= setTimeout(look, lookEveryMs)
  }
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void) => (): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', abort)
          settle()
        }
        const abort = end(() => reject(signal?.reason))
        const sleeper: Sleeper = { dueAt: now + ms, wake: end(resolve) }
        if (signal?.aborted) return reject(signal.reason)
        signal?.addEventListener('abort', abort)
        sleepers.add(sleeper)
        arm()
      }),
    pass: (ms) => {
      now += ms
    },
    stop: () => {
      clearTimeout(timer)
      sleepers.clear()
    },
  }
}
