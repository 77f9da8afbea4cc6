import { glueStateOf } from '../dns/delegation/faults.ts'
import type { Delegation } from '../dns/delegation.ts'
import { serverName } from '../fleet/names.ts'
import type { FleetServer } from '../fleet/server.ts'
import { nameserversIn } from '../plan/nameservers.ts'
import type { Events } from '../report/events.ts'
import { glueAddressesOf } from './addresses.ts'
import { readDelegations } from './delegations.ts'
import { getServer, listServers } from './servers.ts'
import type { World } from './world.ts'

/** What an installation that was just made says of its glue: what was entered at the registrar, or else what has to be. */
export const describeGlue = async (
  world: World,
  { events }: { readonly events: Events | undefined },
): Promise<string | undefined> => {
  const entered = ['publish-glue', 'register-nameservers'].flatMap((kind) => events?.said(kind) ?? [])
  if (entered.length > 0) return `Entered at the registrar:\n${listOf(entered)}`
  const missing = await findMissingGlue(world)
  if (missing.length === 0) return undefined
  const what = isSplit(await listServers(world))
    ? 'Once deploy-infra has made all nameservers of one generation, register this glue'
    : 'Register this glue'
  return `${what} with the registrar of your domain:\n${listOf(missing)}`
}

/** Some do not know the lb of a new pair yet. */
const isSplit = (servers: readonly FleetServer[]): boolean => {
  const serving = nameserversIn({ servers }, 'serving')
  return new Set(serving.map(({ generation }) => generation)).size > 1
}

const listOf = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n')

/** Host names with the addresses that their glue must have, as a registrar's form asks for them; of those whose glue is not so. */
export const findMissingGlue = async (world: World): Promise<readonly string[]> => {
  const delegations = await readDelegations(world)
  const hosts = world.settings.config.pairs.map(async ({ hostname }, index) => {
    const lb = await getServer(world, serverName('lb', index + 1, 'serving'))
    return { hostname, addresses: await glueAddressesOf(world, lb) }
  })
  return (await Promise.all(hosts))
    .filter(({ hostname, addresses }) => !isShown(delegations, hostname, addresses))
    .map(({ hostname, addresses }) => `${hostname}  ${addresses.join('  ')}`)
}

/** Parents that were not heard may lack it. */
const isShown = (delegations: readonly Delegation[], host: string, addresses: readonly string[]): boolean => {
  const states = delegations.map((delegation) => glueStateOf(delegation, host, addresses))
  return states.includes('shown') && !states.includes('differs')
}
