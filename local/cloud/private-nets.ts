import { allocatePrivate, isHostIn, macOf, parseRange, rangeOf } from './addresses.ts'
import { locations } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { ApiError, invalidInput } from './errors.ts'
import { doOverlap, reservedIn } from './network-rules.ts'
import type { NetworkRecord, PrivateNetRecord, ServerRecord, Subnet } from './state.ts'

export interface Wish {
  readonly ip?: string | null | undefined
  readonly alias_ips?: readonly string[] | null | undefined
  /** The subnet that the address shall be of. */
  readonly ip_range?: string | null | undefined
}

/** Aliases of `but` do not count, as they are about to be replaced. */
const usedIn = ({ store }: Cloud, network: NetworkRecord, but?: PrivateNetRecord): ReadonlySet<string> =>
  new Set([
    ...reservedIn(network),
    ...Object.values(store.state.servers)
      .flatMap((server) => server.private_net)
      .filter((one) => one.network === network.id)
      .flatMap((one) => (one === but ? [one.ip] : [one.ip, ...one.alias_ips])),
  ])

const subnetsFor = (server: ServerRecord, network: NetworkRecord): readonly Subnet[] => {
  const zone = locations.find((one) => one.name === server.location)?.network_zone
  return network.subnets.filter((subnet) => subnet.network_zone === zone && subnet.type !== 'vswitch')
}

/** The subnets that an attachment can get its address from. @throws ApiError 422 when the one that was asked for is none */
const subnetsWished = (subnets: readonly Subnet[], { ip_range }: Wish): readonly Subnet[] => {
  if (!ip_range) return subnets
  const wished = subnets.filter((subnet) => subnet.ip_range === ip_range)
  if (wished.length === 0) throw invalidInput('ip_range', 'is no subnet of the network in the location of the server')
  return wished
}

const requireFree = (wanted: string, subnets: readonly Subnet[], used: ReadonlySet<string>): void => {
  const address = rangeOf(wanted)
  const ranges = subnets.flatMap((subnet) => parseRange(subnet.ip_range) ?? [])
  if (!address || !ranges.some((range) => isHostIn(range, address.first)))
    throw invalidInput('ip', 'must be a host within a subnet of the network')
  if (used.has(wanted)) throw new ApiError(422, 'ip_not_available', 'IP is not available')
}

const findFree = (subnets: readonly Subnet[], { ip_range }: NetworkRecord, used: ReadonlySet<string>): string => {
  for (const subnet of subnets) {
    const free = allocatePrivate(subnet.ip_range, ip_range, used)
    if (free) return free
  }
  throw new ApiError(422, 'no_subnet_available', 'network has no subnet with a free IP in the location of the server')
}

/** @throws ApiError 422 unless the server could have all of them besides its address. */
export const requireAliases = (
  cloud: Cloud,
  server: ServerRecord,
  network: NetworkRecord,
  net: { readonly alias_ips: readonly string[]; readonly ip?: string | null | undefined },
): void => {
  const own = server.private_net.find((one) => one.network === network.id)
  const used = new Set([...usedIn(cloud, network, own), ...(net.ip ? [net.ip] : [])])
  for (const alias of net.alias_ips) {
    requireFree(alias, subnetsFor(server, network), used)
    used.add(alias)
  }
}

/** @throws ApiError 422 when the server has a network already that overlaps with it. */
const requireApart = ({ store }: Cloud, server: ServerRecord, network: NetworkRecord): void => {
  const others = server.private_net.flatMap((net) => store.state.networks[net.network] ?? [])
  if (others.some((other) => doOverlap(other, network)))
    throw new ApiError(422, 'networks_overlap', 'network overlaps with another network of the server')
}

export interface Attachment {
  /** After it the interface is there. */
  attach(): Promise<void>
  /** Gives the address back. */
  undo(): void
}

/**
 * Takes an address at once; the server does not show it until the interface is there.
 * @throws ApiError 422 when the server is attached already, there is no such address, or the network overlaps with another of its own
 */
export const prepareAttachment = (
  cloud: Cloud,
  server: ServerRecord,
  network: NetworkRecord,
  wish: Wish = {},
): Attachment => {
  if (server.private_net.some((one) => one.network === network.id)) {
    throw new ApiError(422, 'server_already_attached', 'server is already attached to this network')
  }
  requireApart(cloud, server, network)
  const subnets = subnetsWished(subnetsFor(server, network), wish)
  const used = usedIn(cloud, network)
  if (wish.ip) requireFree(wish.ip, subnets, used)
  const alias_ips = [...(wish.alias_ips ?? [])]
  requireAliases(cloud, server, network, { alias_ips, ip: wish.ip })
  const ip = wish.ip || findFree(subnets, network, new Set([...used, ...alias_ips]))
  const mac_address = macOf('86', cloud.store.nextId())
  const net: PrivateNetRecord = { network: network.id, ip, alias_ips, mac_address, pending: true }
  server.private_net.push(net)
  return {
    attach: async () => {
      await plug(cloud, server, network, net)
      delete net.pending
    },
    undo: () => {
      server.private_net = server.private_net.filter((one) => one !== net)
    },
  }
}

export const plug = (
  { machines }: Cloud,
  server: ServerRecord,
  network: NetworkRecord,
  net: PrivateNetRecord,
): Promise<void> =>
  machines.attach(server.id, {
    networkId: network.id,
    networkRange: network.ip_range,
    address: net.ip,
    aliases: net.alias_ips,
    mac: net.mac_address,
  })
