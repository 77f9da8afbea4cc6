import { acceptZone, createOperationCommand, runCommand } from '../lib/cli.ts'
import { planBootstrap } from '../lib/plan/bootstrap.ts'
import type { PlanInput } from '../lib/plan/input.ts'
import type { Observed } from '../lib/plan/types.ts'

const command = createOperationCommand({
  name: 'bootstrap-infra',
  summary:
    'Makes everything from nothing: SSH key, network, firewalls, lbs, nameservers; then prints the glue to register. Makes only what is missing, so it can be run again.',
  examples: [
    ['', 'make everything, asking first'],
    ['--env-file local/.state/twin.env --yes', 'the same on the local twin, without a question'],
    ['--register', 'also enter glue and nameservers at the registrar, where it has an API'],
    ['--dry-run', 'what would be made'],
    ['--accept-zone old.example', 'when a pair is made anew after old.example.zone was removed'],
  ],
})
  .option('--register', 'enter glue and nameservers at the registrar of infra.config.ts, as far as they are not there')
  .option(...acceptZone)

await runCommand(command, async (options, interrupt) => {
  const { operate } = await import('../lib/tasks/operate.ts')
  const { register = false } = options
  const plan = (observed: Observed, at: PlanInput) => planBootstrap(observed, { ...at, register })
  return operate({ name: 'bootstrap-infra', witness: false, plan }, options, interrupt)
})
