import type { Target } from '../query.ts'
import { type Check, overhear } from './check.ts'

/**
 * Checks that say how long the answer for the SOA took over UDP: every zone has one, and it is small everywhere.
 * @param note is told milliseconds.
 */
export const timeAnswers = (
  checks: readonly Check[],
  note: (check: Check, target: Target, ms: number) => void,
): readonly Check[] =>
  overhear(
    checks,
    ({ id, transport }) => id === 'soa' && transport === 'udp',
    (check, replies, target) => {
      for (const { ms } of replies) note(check, target, ms)
    },
  )
