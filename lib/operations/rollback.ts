import { Option } from '@commander-js/extra-typings'
import { acceptZone } from '../cli.ts'
import { planDeploy } from '../plan/deploy.ts'
import { isRefusal } from '../plan/refusal.ts'
import { deploymentToUndo, findRebuild, planRollback } from '../plan/rollback.ts'
import { rollbackRecovery } from '../plan/rollback-recovery.ts'
import { undoRecovery } from '../plan/undo-recovery.ts'
import { type CommonOptions, type Course, operation } from '../tasks/operation.ts'
import { deploy } from './deploy.ts'
import { observeChanges } from './observe-changes.ts'

interface RollbackOptions extends CommonOptions {
  readonly of?: 'deployment' | 'update' | undefined
  readonly keepOld?: true | undefined
}

const goingBack: Course<RollbackOptions> = {
  observe: observeChanges,
  plan: (observed, input, { of, keepOld = false }) => planRollback(observed, { ...input, of, keepOld }),
  recovery: rollbackRecovery,
  witness: 'serving',
  report: ['done', 'duration', 'witness', 'change', 'answers', 'signatures', 'next'],
}

/** The end of an unfinished deployment. */
const undoing: Course<RollbackOptions> = { ...goingBack, recovery: undoRecovery }

/** Once nothing is warm: a deployment of what the generation before was made from. */
const rebuildOf = (commit: string): Course<RollbackOptions> => ({
  ...deploy,
  commit,
  plan: (observed, input, { of, keepOld = false }) => {
    // what became warm in the meantime is gone back to
    if (findRebuild(observed, { ...input, of }) !== commit) return planRollback(observed, { ...input, of, keepOld })
    const rebuild = planDeploy(observed, { ...input, keepOld, fresh: false, newLbs: [] })
    if (isRefusal(rebuild)) return rebuild
    const note = `Nothing is warm: deploys commit ${commit}, which made the generation before.`
    return { ...rebuild, notes: [note, ...rebuild.notes] }
  },
})

export const rollback = operation({
  name: 'rollback-infra',
  summary:
    'Goes back to what served before: takes back a deployment that has not come to its end; else switches the lbs to the nameservers of the generation before, or to the nginx of before an update, as long as these are warm (--keep-old). All that takes seconds. Once they are gone, deploys the commit that the generation before was made from.',
  examples: [
    ['', 'go back, after showing to what'],
    ['--env-file local/.state/twin.env --yes', 'the same on the local twin, without a question'],
    ['--yes --yes-delete', 'take back an unfinished deployment without a question'],
    ['--of update', 'undo the last update-lbs, although the last deployment could be undone too'],
    ['--dry-run', 'what could be gone back to'],
    ['--accept-zone new.example', 'when it has to rebuild from a commit without that zone'],
  ],
  options: (command) =>
    command
      .addOption(new Option('--of <what>', 'what to undo').choices(['deployment', 'update'] as const))
      .option(
        '--yes-delete',
        'delete without asking: what an unfinished deployment made, or, when it has to rebuild, what served',
      )
      .option(...acceptZone)
      .option('--keep-old', 'keep that warm instead'),
  answers: ({ yesDelete, acceptZone }) => ({ yesDelete, acceptZone, insteadOfDeleting: '--keep-old' }),
  instead: async ({ of }, { situation, observe }) => {
    const observed = await observe()
    if (deploymentToUndo(observed, { of }) !== undefined) return undoing
    const commit = findRebuild(observed, { ...situation, of })
    return typeof commit === 'string' ? rebuildOf(commit) : commit
  },
  ...goingBack,
})
