import type { Clock } from './clock.ts'

/** Waits until so many questions more may be asked. Rejects with the signal's reason when aborted. */
export type Pace = (questions: number, signal: AbortSignal | undefined) => Promise<void>

/** As `--rate` has it: none without. */
export const paceOf = (perSecond: number | undefined, clock: Clock): Pace | undefined =>
  perSecond === undefined ? undefined : createPace(perSecond, clock)

/** No more than so many questions a second over all who share it: evenly, since a burst is what a limit counts. */
const createPace = (perSecond: number, clock: Clock): Pace => {
  let freeAt = 0
  return async (questions, signal) => {
    const now = clock.now()
    const at = Math.max(now, freeAt)
    const takes = (questions * 1000) / perSecond
    freeAt = at + takes
    if (at <= now) return
    await clock.sleep(at - now, signal).catch((error: unknown) => {
      // what is not asked takes no time: else the next look would wait for all that this one had still to ask
      freeAt -= takes
      throw error
    })
  }
}
