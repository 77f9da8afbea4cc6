/** The little internet as a process of its own, in its namespace. Started by local-up; by hand: `tsx local/internet/daemon.ts --help`. */
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { systemClock } from '../../lib/clock.ts'
import { layoutOf } from '../layout.ts'
import { startInternet } from './internet.ts'

const wholeNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It has to be a whole number.')
}

const command = new Command('daemon')
  .description(
    'A root zone, the parent zone test. on two servers, a registrar and resolvers. TWIN_TOKEN is the token the registrar takes.',
  )
  .requiredOption('--state <directory>', 'where the state of the twin is kept')
  .requiredOption('--slot <number>', 'slot of the twin', wholeNumber)
  .option('--parent-ttl <seconds>', 'TTL of delegations and their glue; stays until it is changed', wholeNumber)
  .parse()

const { state, slot, parentTtl } = command.opts()
const token = process.env.TWIN_TOKEN || command.error('TWIN_TOKEN is not set.')

const layout = layoutOf(state, slot)
const internet = await startInternet({ layout, token, parentTtl, clock: systemClock }).catch((error: Error) =>
  command.error(error.message),
)
process.stdout.write(`listening on http://${layout.internet.registrar.ipv4}/v1\n`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => void internet.stop().then(() => process.exit(0)))
}
