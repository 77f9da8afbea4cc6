import { planUpdate } from '../plan/update.ts'
import { updateRecovery } from '../plan/update-recovery.ts'
import { operation } from '../tasks/operation.ts'

export const update = operation({
  name: 'update-lbs',
  summary:
    'Brings packages, nginx and its configuration on the lbs up to date, one lb after the other, without losing a query: starts what is new beside what runs, checks it, switches, checks again, stops the old. Says which lbs need a reboot; that is done by rotate-lbs.',
  background:
    'How: each lb has two instances of nginx, blue and green, and the kernel decides which one port 53 means. The idle one is started from what is new, asked everything on a port of its own, and only then taken into use; what the other has in hand it still answers. A reload or a restart of nginx would lose some.',
  examples: [
    ['', 'update all lbs, asking first'],
    ['--env-file local/.state/twin.env --yes', 'the same on the local twin, without a question'],
    ['--config-only', 'after a change of ansible/roles/lb; no package is upgraded'],
    ['--only lb1', 'one lb first, the others another day'],
    ['--keep-old', 'let the nginx that served before run on, idle; rollback-infra goes back to it in a second'],
  ],
  options: (command) =>
    command
      .option('--only <lb...>', 'names of the lbs to update (default: all)')
      .option('--config-only', 'bring the configuration into use, upgrade no package')
      .option('--keep-old', 'do not stop the nginx that served before: rollback-infra can go back to it'),
  plan: (observed, input, { only = [], configOnly = false, keepOld = false }) =>
    planUpdate(observed, { ...input, only, configOnly, keepOld }),
  recovery: updateRecovery,
  witness: 'serving',
  report: ['done', 'witness', 'answers', 'signatures', 'lbs', 'next'],
})
