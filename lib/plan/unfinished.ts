import { nameserversIn } from './nameservers.ts'
import type { Observed } from './types.ts'

/**
 * The generation of a deployment that has not come to its end: nameservers of it are called next, or those of before are neither
 * removed nor marked as kept. What going back leaves is marked before it changes its name, and is none. Pure.
 */
export const unfinishedGeneration = (observed: Observed): number | undefined => {
  const next = nameserversIn(observed, 'next').filter(({ kept }) => !kept)
  if (next.length > 0) return Math.max(...next.map(({ generation }) => generation))
  if (nameserversIn(observed, 'old').every(({ kept }) => kept)) return undefined
  return Math.max(...nameserversIn(observed, 'serving').map(({ generation }) => generation))
}
