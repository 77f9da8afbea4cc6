import { createOperationCommand, runCommand } from '../lib/cli.ts'
import { planBootstrap } from '../lib/plan/bootstrap.ts'

const command = createOperationCommand({
  name: 'bootstrap-infra',
  summary:
    'Makes everything from nothing: SSH key, network, firewalls, lbs, nameservers; then prints the glue to register. Makes only what is missing, so it can be run again.',
  examples: [
    ['', 'make everything, asking first'],
    ['--env-file local/.state/twin.env --yes', 'the same on the local twin, without a question'],
    ['--dry-run', 'what would be made'],
  ],
})

await runCommand(command, async (options, interrupt) => {
  const { operate } = await import('../lib/tasks/operate.ts')
  return operate({ name: 'bootstrap-infra', witness: false, plan: planBootstrap }, options, interrupt)
})
