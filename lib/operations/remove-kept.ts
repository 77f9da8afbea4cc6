import { planRemoveKept } from '../plan/remove-kept.ts'
import { removeKeptRecovery } from '../plan/remove-kept-recovery.ts'
import type { Course } from '../tasks/operation.ts'

/** The end of what deploy-infra --keep-old left, without a deployment. */
export const removalOfKept: Course<unknown> = {
  plan: planRemoveKept,
  recovery: removeKeptRecovery,
  witness: 'serving',
  report: ['done', 'witness', 'answers', 'signatures', 'next'],
}
