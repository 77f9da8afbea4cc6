import { planRemovePairs } from '../plan/remove-pairs.ts'
import { removePairsRecovery } from '../plan/remove-pairs-recovery.ts'
import type { Course } from '../tasks/operation.ts'

/** The end of pairs that the config does not have any more: that of their lbs is as in a rotation. */
export const removalOfPairs: Course<unknown> = {
  plan: planRemovePairs,
  recovery: removePairsRecovery,
  witness: 'serving',
  report: ['done', 'witness', 'answers', 'signatures', 'next'],
}
