import type { Target } from '../dns/query.ts'
import { InfraError } from '../errors.ts'
import { projectSelector, type ServerFacts, serverLabels } from '../fleet/labels.ts'
import { type FleetServer, fleetOf, toFleetServer } from '../fleet/server.ts'
import type { World } from './world.ts'

/** All servers of the project, read anew. */
export const listServers = async ({ hcloud, settings }: World): Promise<readonly FleetServer[]> => {
  const { project } = settings.config
  return fleetOf(project, await hcloud.servers.list({ labelSelector: projectSelector(project) }))
}

/** @returns undefined when there is none of that name, or when it is not ours. */
export const findServer = async ({ hcloud, settings }: World, name: string): Promise<FleetServer | undefined> => {
  const server = await hcloud.servers.find(name)
  return server && toFleetServer(settings.config.project, server)
}

/** @throws InfraError when there is no server of that name with our labels. */
export const getServer = async (world: World, name: string): Promise<FleetServer> => {
  const server = await findServer(world, name)
  if (server) return server
  throw new InfraError(`${name} is gone: it existed when the plan was made`, {
    hint: 'Somebody or something else changes the servers. Look at status, then run again.',
  })
}

/** Labels are replaced as a whole by the API. */
export const writeFacts = async (
  { hcloud, settings }: World,
  server: ServerFacts & { readonly id: number },
): Promise<void> => {
  await hcloud.servers.update(server.id, { labels: serverLabels(settings.config.project, server) })
}

/** The lbs that clients may ask, in the order of their pairs: see lib/plan/lbs.ts. */
export const lbsInService = (servers: readonly FleetServer[]): readonly FleetServer[] =>
  servers.filter((server) => server.role === 'lb' && (server.phase !== 'next' || server.abandoned))

/** These, and the new ones of a rotation that caches may know already. */
export const lbsThatMayBeAsked = (servers: readonly FleetServer[]): readonly FleetServer[] => {
  const inService = lbsInService(servers)
  return servers.filter((server) => inService.includes(server) || (server.role === 'lb' && server.announced))
}

/** A machine's own addresses. */
export const addressesOf = ({ ipv4, ipv6 }: FleetServer): readonly string[] => [ipv4, ...(ipv6 ? [ipv6] : [])]

/** The addresses under which a machine is asked. */
export const targetsOf = (server: FleetServer, port: number): readonly Target[] =>
  addressesOf(server).map((address) => ({ name: server.name, address, port }))

/** Where an lb sends to for a nameserver. */
export const upstreamOf = ({ name, privateIpv4 }: FleetServer): string => {
  if (privateIpv4) return privateIpv4
  throw new InfraError(`${name} has no private address`, {
    hint: `Attach ${name} to the private network again, or run deploy-infra --fresh.`,
  })
}

/** Since when no glue points at an lb, and how long caches may remember it. */
export const getDrain = (lb: FleetServer): NonNullable<FleetServer['drain']> => {
  if (lb.drain) return lb.drain
  throw new InfraError(`${lb.name} bears no label that says since when no glue points at it`, {
    hint: 'Run rotate-lbs again: it looks at the parents and begins the wait anew.',
  })
}
