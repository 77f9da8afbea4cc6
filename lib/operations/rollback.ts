import { Option } from '@commander-js/extra-typings'
import { acceptZone } from '../cli.ts'
import { planDeploy } from '../plan/deploy.ts'
import { isRefusal } from '../plan/refusal.ts'
import { findRebuild, planRollback } from '../plan/rollback.ts'
import { rollbackRecovery } from '../plan/rollback-recovery.ts'
import { type CommonOptions, type Course, operation } from '../tasks/operation.ts'
import { deploy } from './deploy.ts'
import { observeChanges } from './observe-changes.ts'

interface RollbackOptions extends CommonOptions {
  readonly of?: 'deployment' | 'update' | undefined
  readonly keepOld?: true | undefined
}

/** Once nothing is warm: a deployment of what the generation before was made from. */
const rebuildOf = (commit: string): Course<RollbackOptions> => ({
  ...deploy,
  commit,
  plan: (observed, input, { of, keepOld = false }) => {
    // what became warm in the meantime is gone back to
    if (findRebuild(observed, { ...input, of }) !== commit) return planRollback(observed, { ...input, of })
    const rebuild = planDeploy(observed, { ...input, keepOld, fresh: false, newLbs: [] })
    if (isRefusal(rebuild)) return rebuild
    const note = `Nothing is warm: deploys commit ${commit}, which made the generation before.`
    return { ...rebuild, notes: [note, ...rebuild.notes] }
  },
})

export const rollback = operation({
  name: 'rollback-infra',
  summary:
    'Goes back to what served before: switches the lbs to the nameservers of the generation before, or to the nginx of before an update, in seconds, as long as these are warm (--keep-old). Once they are gone, deploys the commit that the generation before was made from.',
  examples: [
    ['', 'go back, after showing to what'],
    ['--env-file local/.state/twin.env --yes', 'the same on the local twin, without a question'],
    ['--of update', 'undo the last update-lbs, although the last deployment could be undone too'],
    ['--dry-run', 'what could be gone back to'],
    ['--accept-zone new.example', 'when it has to rebuild from a commit without that zone'],
  ],
  options: (command) =>
    command
      .addOption(new Option('--of <what>', 'what to undo').choices(['deployment', 'update'] as const))
      .option('--yes-delete', 'when it has to rebuild: delete the nameservers that served, without asking')
      .option(...acceptZone)
      .option('--keep-old', 'when it has to rebuild: keep the nameservers that served warm'),
  answers: ({ yesDelete, acceptZone }) => ({ yesDelete, acceptZone, insteadOfDeleting: '--keep-old' }),
  instead: async ({ of }, { situation, observe }) => {
    const commit = findRebuild(await observe(), { ...situation, of })
    return typeof commit === 'string' ? rebuildOf(commit) : commit
  },
  observe: observeChanges,
  plan: (observed, input, { of }) => planRollback(observed, { ...input, of }),
  recovery: rollbackRecovery,
  witness: 'serving',
  report: ['done', 'duration', 'witness', 'change', 'answers', 'next'],
})
