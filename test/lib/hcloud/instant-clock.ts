import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../../lib/clock.ts'

/** A clock whose sleeps are over at once; `slept` lists them in milliseconds. */
export const createInstantClock = (startMs = 1_700_000_000_000): Clock & { readonly slept: number[] } => {
  let now = startMs
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
      await turn()
      signal?.throwIfAborted()
    },
  }
}
