import type { Server } from '../hcloud/types.ts'
import { parseServerLabels, type ServerFacts } from './labels.ts'
import { type Phase, parseServerName } from './names.ts'

/** A server of this project: what its name and labels say, and where it is. */
export interface FleetServer extends ServerFacts {
  readonly id: number
  readonly name: string
  readonly phase: Phase
  readonly status: string
  readonly ipv4: string
  /** The host's own address in the /64 that the server was given; undefined without IPv6. */
  readonly ipv6: string | undefined
  /** Undefined until it is attached to the network. */
  readonly privateIpv4: string | undefined
  readonly location: string
  readonly serverType: string
  /** Name of the image that it was made from; undefined when that has none, or none any more. */
  readonly image: string | undefined
  readonly isProtected: boolean
  readonly created: string
}

/** @returns undefined for a server that does not bear both a name and the labels of this project. */
export const toFleetServer = (project: string, server: Server): FleetServer | undefined => {
  const named = parseServerName(server.name)
  const facts = parseServerLabels(project, server.labels)
  if (!named || !facts || named.role !== facts.role || named.pair !== facts.pair) return undefined
  return {
    ...facts,
    id: server.id,
    name: server.name,
    phase: named.phase,
    status: server.status,
    ipv4: server.public_net.ipv4?.ip ?? '',
    ipv6: server.public_net.ipv6 ? hostAddress(server.public_net.ipv6.ip) : undefined,
    privateIpv4: server.private_net[0]?.ip,
    location: server.location.name,
    serverType: server.server_type.name,
    image: server.image?.name ?? undefined,
    isProtected: server.protection.delete,
    created: server.created,
  }
}

/** `ns2` before `ns10`. */
const { compare } = new Intl.Collator('en', { numeric: true })

/** The servers of the project in the order of their names. The API has them as they were made, and two are made at once. */
export const fleetOf = (project: string, servers: readonly Server[]): readonly FleetServer[] =>
  servers.flatMap((server) => toFleetServer(project, server) ?? []).sort((a, b) => compare(a.name, b.name))

/** The API names IPv6 by networks; the first address in one is the host's own. An IPv4 address stays as it is. */
export const hostAddress = (network: string): string => network.replace(/::\/64$/, '::1')
