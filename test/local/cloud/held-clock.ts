import type { Clock } from '../../../lib/clock.ts'

export interface HeldClock extends Clock {
  /** Lets whatever sleeps wake up, and nobody sleep until `work` has ended. */
  open(work: () => Promise<void>): Promise<void>
}

/** Whoever sleeps does so until the test says otherwise: what is running while others ask is no matter of luck. */
export const createHeldClock = (): HeldClock => {
  let isOpen = false
  let sleepers: (() => void)[] = []
  return {
    now: Date.now,
    sleep: () => (isOpen ? Promise.resolve() : new Promise((wake) => sleepers.push(wake))),
    open: async (work) => {
      isOpen = true
      for (const wake of sleepers) wake()
      sleepers = []
      await work()
      isOpen = false
    },
  }
}
