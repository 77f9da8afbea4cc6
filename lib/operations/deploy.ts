import { Option } from '@commander-js/extra-typings'
import { acceptZone } from '../cli.ts'
import { planDeploy } from '../plan/deploy.ts'
import { deployRecovery } from '../plan/deploy-recovery.ts'
import { operation } from '../tasks/operation.ts'
import { observeChanges } from './observe-changes.ts'
import { removalOfKept } from './remove-kept.ts'

export const deploy = operation({
  name: 'deploy-infra',
  summary:
    'Replaces every nameserver by a newly made one: creates, configures and checks the new, points the lbs at them, checks again, asks, removes the old. Finishes what an earlier run left.',
  examples: [
    ['', 'deploy, asking before anything is changed and before the old servers are deleted'],
    ['--env-file local/.state/twin.env', 'the same on the local twin'],
    ['--dry-run', 'what would be done'],
    ['--markdown', 'what changes for clients, for the text of a pull request'],
    ['--keep-old --yes', 'deploy without a question and keep the old servers warm'],
    ['--remove-kept', 'deploy nothing; remove the old servers that were kept warm, once you no longer want to go back'],
    ['--yes --yes-delete --json', 'for a scheduled job'],
    ['--accept-zone old.example', 'after old.example.zone was removed: its clients get REFUSED from then on'],
  ],
  options: (command) =>
    command
      .option('--yes-delete', 'delete the old servers without asking')
      .option(...acceptZone)
      .option(
        '--keep-old',
        'keep the old servers warm; those that an earlier deployment kept are removed, without a question if --yes is given',
      )
      .option('--fresh', 'remove next servers that an earlier run left, instead of going on with them')
      .addOption(
        new Option('--markdown', 'a dry run: print what changes for clients as Markdown, as for a pull request')
          .conflicts('json')
          .implies({ dryRun: true }),
      )
      .addOption(
        new Option('--remove-kept', 'deploy nothing, but remove what was kept warm').conflicts(['keepOld', 'fresh']),
      ),
  answers: ({ yesDelete, acceptZone, removeKept }) => ({
    yesDelete,
    acceptZone,
    ...(removeKept ? {} : { insteadOfDeleting: '--keep-old' }),
  }),
  asMarkdown: ({ markdown }) => markdown === true,
  instead: async ({ removeKept }) => (removeKept ? removalOfKept : undefined),
  observe: observeChanges,
  plan: (observed, input, { keepOld = false, fresh = false }) =>
    planDeploy(observed, { ...input, keepOld, fresh, newLbs: [] }),
  recovery: deployRecovery,
  witness: 'serving',
  report: ['done', 'witness', 'change', 'answers', 'signatures', 'next'],
})
