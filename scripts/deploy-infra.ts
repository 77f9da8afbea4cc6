import { acceptZone, createOperationCommand, runCommand } from '../lib/cli.ts'
import { planDeploy } from '../lib/plan/deploy.ts'
import type { PlanInput } from '../lib/plan/input.ts'
import type { Observed } from '../lib/plan/types.ts'

const command = createOperationCommand({
  name: 'deploy-infra',
  summary:
    'Replaces every nameserver by a newly made one: creates, configures and checks the new, points the lbs at them, checks again, asks, removes the old. Finishes what an earlier run left.',
  examples: [
    ['', 'deploy, asking before anything is changed and before the old servers are deleted'],
    ['--env-file local/.state/twin.env', 'the same on the local twin'],
    ['--dry-run', 'what would be done'],
    ['--keep-old --yes', 'deploy without a question and keep the old servers warm'],
    ['--yes --yes-delete --json', 'for a scheduled job'],
    ['--accept-zone old.example', 'after old.example.zone was removed: its clients get REFUSED from then on'],
  ],
})
  .option('--yes-delete', 'delete the old servers without asking')
  .option(...acceptZone)
  .option('--keep-old', 'do not delete the old servers, keep them warm; the next deployment removes them')
  .option('--fresh', 'remove next servers that an earlier run left, instead of going on with them')

await runCommand(command, async (options, interrupt) => {
  const { operate } = await import('../lib/tasks/operate.ts')
  const { keepOld = false, fresh = false } = options
  const operation = {
    name: 'deploy-infra',
    witness: true,
    insteadOfDeleting: '--keep-old',
    plan: (observed: Observed, at: PlanInput) => planDeploy(observed, { ...at, keepOld, fresh, newLbs: [] }),
  }
  return operate(operation, options, interrupt)
})
