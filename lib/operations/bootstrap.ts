import { acceptZone } from '../cli.ts'
import { planBootstrap } from '../plan/bootstrap.ts'
import { bootstrapRecovery } from '../plan/bootstrap-recovery.ts'
import { operation } from '../tasks/operation.ts'

export const bootstrap = operation({
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
  options: (command) =>
    command
      .option(
        '--register',
        'enter glue and nameservers at the registrar of infra.config.ts, as far as they are not there',
      )
      .option(...acceptZone),
  answers: ({ acceptZone }) => ({ acceptZone }),
  plan: (observed, input, { register = false }) => planBootstrap(observed, { ...input, register }),
  recovery: bootstrapRecovery,
  witness: 'none',
  report: ['done', 'change', 'answers', 'signatures', 'glue', 'next'],
})
