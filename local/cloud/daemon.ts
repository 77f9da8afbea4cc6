/** The emulated cloud as a process of its own. Started by local-up; by hand: `tsx local/cloud/daemon.ts --help`. */
import path from 'node:path'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { systemClock } from '../../lib/clock.ts'
import type { Machines } from '../machines/backend.ts'
import { backendKinds, backendProviders, openBackend } from '../machines/backends.ts'
import { createFakeMachines } from '../machines/fake.ts'
import { usualRequestsPerHour } from './limits.ts'
import { startCloud } from './serve.ts'

const wholeNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It has to be a whole number.')
}

const portOf = (text: string): number => {
  const port = /^127\.0\.0\.1:(\d{1,5})$/.exec(text)?.[1]
  if (port !== undefined && Number(port) < 65_536) return Number(port)
  throw new InvalidArgumentError('It has to be 127.0.0.1:PORT: the emulated cloud is for this computer alone.')
}

const options = new Command('daemon')
  .description(
    'The emulated Hetzner Cloud API v1, on loopback. TWIN_TOKEN is the token it takes; without one any will do.',
  )
  .requiredOption('--state <directory>', 'where its state is kept')
  .option('--listen <address>', '127.0.0.1:PORT, port 0 for any', portOf, 0)
  .option('--slot <number>', 'slot of the twin, for machines', wholeNumber, 1)
  .option('--ipv4-pool <network>', 'addresses of servers', '198.18.1.0/24')
  .option('--ipv6-pool <network>', 'networks of servers', '2001:2:0:100::/56')
  .addOption(
    new Option('--backend <kind>', 'what backs the servers')
      .choices([...backendKinds, 'fake' as const])
      .default('fake' as const),
  )
  .addOption(new Option('--provider <name>', 'of a backend that has several').choices(backendProviders))
  .option('--box <name>', 'box or image, instead of ours')
  .addOption(new Option('--compat <year>', 'also speak as before July 2026').choices(['datacenter'] as const))
  .addOption(
    new Option('--speed <speed>', 'how long actions take')
      .choices(['usual', 'fast'] as const)
      .default('usual' as const),
  )
  .addOption(
    new Option('--requests-per-hour <number>', 'rate limit')
      .argParser(wholeNumber)
      .default(usualRequestsPerHour)
      .env('TWIN_REQUESTS_PER_HOUR'),
  )
  .parse()
  .opts()

const openMachines = async (): Promise<Machines> => {
  const { backend: kind, provider, box } = options
  if (kind === 'fake') return createFakeMachines()
  const { layoutOf } = await import('../layout.ts')
  const backend = { kind, ...(provider === undefined ? {} : { provider }), ...(box === undefined ? {} : { box }) }
  return (await openBackend(layoutOf(options.state, options.slot), backend, systemClock)).machines
}

const token = process.env.TWIN_TOKEN
const cloud = await startCloud({
  machines: await openMachines(),
  pools: { ipv4: options.ipv4Pool, ipv6: options.ipv6Pool },
  stateFile: path.join(options.state, 'cloud.json'),
  port: options.listen,
  hasDatacenters: options.compat === 'datacenter',
  requestsPerHour: options.requestsPerHour,
  ...(options.speed === 'fast' ? { timing: { minMs: 5, maxMs: 15 } } : {}),
  ...(token ? { token } : {}),
})
process.stdout.write(`listening on ${cloud.endpoint}\n`)

// machines go on without the daemon, and the next one finds them again; what has begun is brought to its end
process.on('SIGTERM', () => {
  void Promise.all([cloud.close(), cloud.settled()]).then(() => process.exit(0))
})
