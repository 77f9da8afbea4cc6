import type { Config } from '../config/schema.ts'
import type { Target } from '../dns/query.ts'
import { InfraError } from '../errors.ts'
import { type FleetAddress, toFleetAddress } from '../fleet/address.ts'
import { projectSelector } from '../fleet/labels.ts'
import type { FleetServer } from '../fleet/server.ts'
import type { GlueHost } from '../zones/complete.ts'
import { addressesOf, targetsOf } from './servers.ts'
import type { World } from './world.ts'

/** All Floating IPs of the project, read anew. */
export const listAddresses = async ({ hcloud, settings }: World): Promise<readonly FleetAddress[]> => {
  const { project } = settings.config
  const found = await hcloud.floatingIps.list({ labelSelector: projectSelector(project) })
  return found
    .flatMap((floating) => toFleetAddress(project, floating) ?? [])
    .sort((a, b) => a.name.localeCompare(b.name))
}

/** @throws InfraError when there is no Floating IP of that name. */
export const getAddress = async (world: World, name: string): Promise<FleetAddress> => {
  const address = (await listAddresses(world)).find((one) => one.name === name)
  if (address) return address
  throw new InfraError(`The Floating IP ${name} is gone`, { hint: 'Look at the cloud console; glue points at it.' })
}

const floatingTo = (lb: FleetServer, addresses: readonly FleetAddress[]): readonly string[] =>
  addresses.filter(({ serverId }) => serverId === lb.id).map(({ ip }) => ip)

/** What glue of an lb consists of: the Floating IPs that lead to it, or else its own addresses. */
export const glueAddressesOf = async (world: World, lb: FleetServer): Promise<readonly string[]> => {
  const floating = world.settings.config.addresses === 'floating' ? floatingTo(lb, await listAddresses(world)) : []
  return floating.length > 0 ? floating : addressesOf(lb)
}

/** Every address at which clients can ask these lbs: their own, and the Floating IPs that lead there. */
export const clientTargetsOf = async (world: World, lbs: readonly FleetServer[]): Promise<readonly Target[]> => {
  const addresses = await listAddresses(world)
  return lbs.flatMap((lb) => [
    ...targetsOf(lb, 53),
    ...floatingTo(lb, addresses).map((address) => ({ name: lb.name, address, port: 53 })),
  ])
}

/**
 * The addresses that zones of a generation carry for our host names: the Floating IPs that were there when it was made, or else
 * those of the youngest lb of the pair that was; of the first one, when all were made later. An lb whose rotation had been
 * abandoned by then, and a Floating IP that leads there, are not carried.
 */
export const glueHostsOf = (
  servers: readonly FleetServer[],
  addresses: readonly FleetAddress[],
  { config, generation }: { readonly config: Config; readonly generation: number },
): readonly GlueHost[] =>
  config.pairs.flatMap((pair, index) => {
    const isOfPair = ({ pair }: { readonly pair: number }): boolean => pair === index + 1
    const isThere = (one: { readonly generation: number }): boolean => one.generation <= generation
    const isLeft = ({ abandoned }: FleetServer): boolean => abandoned !== undefined && isThere(abandoned)
    const left = servers.filter(isLeft).map(({ id }) => id)
    const leadsAway = ({ serverId }: FleetAddress): boolean => serverId !== undefined && left.includes(serverId)
    const floating =
      config.addresses === 'floating' ? addresses.filter((one) => isOfPair(one) && isThere(one) && !leadsAway(one)) : []
    const ipv4 = floating.find(({ family }) => family === 'ipv4')
    if (ipv4) return hostsOf(pair, ipv4.ip, floating.find(({ family }) => family === 'ipv6')?.ip)
    const lbs = servers
      .filter((server) => server.role === 'lb' && isOfPair(server))
      .sort((a, b) => a.generation - b.generation)
    const lb = lbs.findLast((one) => isThere(one) && !isLeft(one)) ?? lbs[0]
    return lb ? hostsOf(pair, lb.ipv4, lb.ipv6) : []
  })

/** All names of a pair lead to the same addresses. */
export const hostsOf = (
  { hostname, formerHostnames }: Config['pairs'][number],
  ipv4: string,
  ipv6: string | undefined = undefined,
): readonly GlueHost[] => [
  { hostname, ipv4, ipv6: ipv6 ?? null },
  ...formerHostnames.map((former) => ({ hostname: former, ipv4, ipv6: ipv6 ?? null, isFormer: true })),
]
