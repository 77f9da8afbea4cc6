import { Option } from '@commander-js/extra-typings'
import { acceptZone, createOperationCommand, runCommand } from '../lib/cli.ts'
import { planDeploy } from '../lib/plan/deploy.ts'
import type { PlanInput, Situation } from '../lib/plan/input.ts'
import { isRefusal, type Refusal } from '../lib/plan/refusal.ts'
import { findRebuild, planRollback } from '../lib/plan/rollback.ts'
import type { Observed, Plan } from '../lib/plan/types.ts'

const command = createOperationCommand({
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
})
  .addOption(new Option('--of <what>', 'what to undo').choices(['deployment', 'update'] as const))
  .option('--yes-delete', 'when it has to rebuild: delete the nameservers that served, without asking')
  .option(...acceptZone)
  .option('--keep-old', 'when it has to rebuild: keep the nameservers that served warm')

await runCommand(command, async (options, interrupt) => {
  const { operate } = await import('../lib/tasks/operate.ts')
  const { keepOld = false } = options
  const plan = (observed: Observed, at: PlanInput): Plan | Refusal => {
    const commit = findRebuild(observed, { ...at, of: options.of })
    if (commit === undefined) return planRollback(observed, { ...at, of: options.of })
    if (isRefusal(commit)) return commit
    const rebuild = planDeploy(observed, { ...at, keepOld, fresh: false, newLbs: [] })
    if (isRefusal(rebuild)) return rebuild
    return {
      ...rebuild,
      notes: [`Nothing is warm: deploys commit ${commit}, which made the generation before.`, ...rebuild.notes],
    }
  }
  const operation = {
    name: 'rollback-infra',
    witness: true,
    insteadOfDeleting: '--keep-old',
    plan,
    sources: (observed: Observed, at: Situation) => findRebuild(observed, { ...at, of: options.of }),
  }
  return operate(operation, options, interrupt)
})
