import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { acceptZone } from '../cli.ts'
import { planRotate } from '../plan/rotate.ts'
import { rotateRecovery } from '../plan/rotate-recovery.ts'
import { operation } from '../tasks/operation.ts'
import { abandonment } from './abandon.ts'
import { observeChanges } from './observe-changes.ts'
import { removalOfPairs } from './remove-pairs.ts'

/** @returns seconds */
const minutes = (text: string): number => {
  if (/^\d{1,5}$/.test(text)) return Number(text) * 60
  throw new InvalidArgumentError('It has to be a whole number of minutes.')
}

export const rotate = operation({
  name: 'rotate-lbs',
  summary:
    'Replaces every lb by a new machine, as for a new kernel: makes the new, checks them, has the glue of your domain point at them, waits until every parent server shows it, until no cache can hold the old address and nobody asks there any more, asks, and removes the old. Both serve all the while. Takes days outside; end it at any wait and run it again later, from any computer.',
  background: `Glue: the registry of your domain publishes, beside the names of your nameservers, their addresses, and resolvers keep these as long as their TTL says (two days under .com). A new machine has a new address, so the glue has to be changed, and the old machine has to answer until nobody can remember it. Who has registrar: 'manual' in infra.config.ts is told exactly what to enter at the registrar, and waited for. With addresses: 'floating', glue points at Floating IPs: these are led to the new lbs, without a wait.

Waits: to publish (minutes to a day), for the TTLs (the longest of all, and an hour or a tenth more), until the old lb is hardly asked. Leave any of them with Ctrl-C, or have it end with exit code 7, and run again to go on.`,
  examples: [
    ['', 'rotate, asking before anything is changed, before each glue and before the deletion'],
    ['--env-file local/.state/twin.env --yes --wait', 'on the local twin, where waits take a minute'],
    ['--dry-run', 'what would be done, or what is left to do'],
    ['--yes --yes-delete', 'for a scheduled job: ends with 7 at a long wait, goes on at the next run'],
    ['--accept-zone old.example', 'after old.example.zone was removed, whose clients get REFUSED from then on'],
    ['--remove-pairs --wait', 'after deploy-infra has deployed without a pair: remove its machines'],
    ['--abandon', 'take it back as long as no glue points at a new lb; waits until no cache can know them'],
  ],
  options: (command) =>
    command
      .option('--yes-delete', 'delete the old servers without asking')
      .option(...acceptZone)
      .option('--wait', 'stay for long waits; without a terminal the run would end with exit code 7')
      .option('--no-wait', 'end with exit code 7 at the first thing there is to wait for')
      .option(
        '--force-after <minutes>',
        'remove an lb that is still asked so long after its TTLs; asks for its name',
        minutes,
      )
      .option('--abandon', 'take the rotation back and remove the new lbs; refused while glue points at one')
      .addOption(
        new Option(
          '--remove-pairs',
          'rotate nothing, but remove the pairs that infra.config.ts does not have any more, once no cache knows them',
        ).conflicts('abandon'),
      ),
  answers: ({ yesDelete, acceptZone }) => ({ yesDelete, acceptZone }),
  waits: ({ wait, forceAfter }) => ({ wait, forceAfter }),
  instead: async ({ abandon, removePairs }) => (removePairs ? removalOfPairs : abandon ? abandonment : undefined),
  observe: observeChanges,
  plan: planRotate,
  recovery: rotateRecovery,
  witness: 'serving',
  report: ['done', 'witness', 'change', 'answers', 'signatures', 'next'],
})
