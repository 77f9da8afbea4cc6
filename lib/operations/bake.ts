import { Option } from '@commander-js/extra-typings'
import { planBake } from '../plan/bake.ts'
import { bakeRecovery } from '../plan/bake-recovery.ts'
import { operation } from '../tasks/operation.ts'

export const bake = operation({
  name: 'bake-images',
  summary:
    'Makes images of machines that have all but what is of one machine alone, so that the next deployment is quicker. For each role: creates a machine, puts on it what all machines of the role have, makes a snapshot of it, removes the machine. Images that are not needed any more are removed. Touches nothing that serves.',
  background:
    'Use: deploy-infra, rotate-lbs and bootstrap-infra take the newest image that the roles of their own checkout have baked, unless it is older than images.maxAgeDays in infra.config.ts; else the stock image. Their plan says which, and why. What an image lacks, updates of packages too, is installed all the same. Bake after a change of ansible/roles, and every few days; a scheduled job does both.',
  examples: [
    ['', 'bake an image for nameservers and one for lbs, asking first'],
    ['--env-file local/.state/twin.env --yes', 'the same on the local twin, without a question'],
    ['--yes --yes-delete', 'for a scheduled job; two images of each role are kept'],
    ['--only nameserver', 'that of the nameservers alone'],
    ['--dry-run', 'what would be made and removed'],
  ],
  options: (command) =>
    command
      .addOption(new Option('--only <role>', 'bake for this role alone').choices(['nameserver', 'lb'] as const))
      .option('--yes-delete', 'delete old images without asking'),
  answers: ({ yesDelete }) => ({ yesDelete }),
  observe: async (world) => (await import('../tasks/images.ts')).observeBaking(world),
  plan: (observed, input, { only }) => planBake(observed, { ...input, only: only ? [only] : [] }),
  recovery: bakeRecovery,
  witness: 'serving',
  report: ['done', 'witness', 'images', 'answers', 'signatures', 'next'],
})
