import { planAbandon } from '../plan/abandon.ts'
import { abandonRecovery } from '../plan/abandon-recovery.ts'
import type { Course } from '../tasks/operation.ts'

/** The way back of rotate-lbs. */
export const abandonment: Course<unknown> = {
  observe: async (world) => (await import('../tasks/changes.ts')).observeWithdrawal(world),
  plan: planAbandon,
  recovery: abandonRecovery,
  witness: 'serving',
  report: ['done', 'witness', 'change', 'answers', 'signatures', 'next'],
}
