import { textOf } from '../errors.ts'
import type { Change } from '../watch/incidents.ts'
import type { Look, Teller } from './teller.ts'

interface Told extends Change {
  readonly at: number
}

/** Tells everybody what a look came to, and waits no longer than the patience of each. Never throws. @returns whether all were told. */
export type Deliver = (changes: readonly Change[], look: Look) => Promise<boolean>

/** Older ones are let go: nobody reads a thousand messages about an outage that is over. */
const mostKept = 1000

/**
 * Tells all tellers at once, each in the order in which things happened. What one could not be told is kept for after the next look.
 * @param say is told once when a teller begins to fail, and once when it works again.
 */
export const createDelivery = (tellers: readonly Teller[], say: (text: string) => void): Deliver => {
  const lanes = tellers.map((teller) => createLane(teller, say))
  return async (changes, look) => {
    const told = await Promise.all(lanes.map((tell) => tell(changes, look)))
    return told.every((one) => one)
  }
}

const createLane = (teller: Teller, say: (text: string) => void): Deliver => {
  let queue: readonly Told[] = []
  let isFailing = false
  return async (changes, look) => {
    queue = [...queue, ...changes.map((change) => ({ ...change, at: look.at }))].slice(-mostKept)
    try {
      await withinTime(teller, async (signal) => {
        for (const told of queue) {
          await tellOne(teller, told, signal)
          queue = queue.filter((one) => one !== told)
        }
        signal.throwIfAborted()
        await teller.looked(look, { signal })
      })
      if (isFailing) say(`--${teller.name}: works again.`)
      isFailing = false
      return true
    } catch (error) {
      if (!isFailing) say(`--${teller.name}: ${textOf(error)}. It is tried again after each look.`)
      isFailing = true
      return false
    }
  }
}

const tellOne = async (teller: Teller, { kind, incident, at }: Told, signal: AbortSignal): Promise<void> => {
  signal.throwIfAborted()
  await teller[kind](incident, { signal, at })
}

/** @throws Error when the time is up, whether the work heeds its signal or not. */
const withinTime = async ({ timeoutMs }: Teller, work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
  const limit = new AbortController()
  const late = new Error(`not done within ${timeoutMs / 1000} s`)
  const timer = setTimeout(() => limit.abort(late), timeoutMs)
  const ended = new Promise<never>((_, reject) => {
    limit.signal.addEventListener('abort', () => reject(late))
  })
  try {
    await Promise.race([work(limit.signal), ended])
  } finally {
    clearTimeout(timer)
  }
}
