import { allocatePrivate, contains, macOf, parseRange, rangeOf } from './addresses.ts'
import { locations } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { ApiError, invalidInput } from './errors.ts'
import type { NetworkRecord, PrivateNetRecord, ServerRecord } from './state.ts'

export interface Wish {
  readonly ip?: string | null | undefined
  readonly alias_ips?: readonly string[] | null | undefined
}

const usedIn = ({ store }: Cloud, network: NetworkRecord): ReadonlySet<string> =>
  new Set(
    Object.values(store.state.servers)
      .flatMap((server) => server.private_net)
      .filter((one) => one.network === network.id)
      .flatMap(({ ip, alias_ips }) => [ip, ...alias_ips]),
  )

/** Addresses promised to actions that have not ended. */
const promised = new Map<string, number>()

const chooseAddress = (
  cloud: Cloud,
  server: ServerRecord,
  network: NetworkRecord,
  wanted: string | null | undefined,
): string => {
  const zone = locations.find((one) => one.name === server.location)?.network_zone
  const subnets = network.subnets.filter((subnet) => subnet.network_zone === zone && subnet.type !== 'vswitch')
  const used = new Set([
    ...usedIn(cloud, network),
    ...[...promised].filter(([, id]) => id === network.id).map(([key]) => key.split(' ')[1] ?? ''),
  ])
  if (wanted) {
    const address = rangeOf(wanted)
    const fits =
      address && subnets.some((subnet) => contains(parseRange(subnet.ip_range) ?? { first: 1, last: 0 }, address))
    if (!fits) throw invalidInput('ip', 'must be within a subnet of the network')
    if (used.has(wanted)) throw new ApiError(422, 'ip_not_available', 'IP is not available')
    return wanted
  }
  for (const subnet of subnets) {
    const free = allocatePrivate(subnet.ip_range, network.ip_range, used)
    if (free) return free
  }
  throw new ApiError(422, 'no_subnet_available', 'network has no subnet with a free IP in the location of the server')
}

/**
 * Prepares an attachment: the address is taken at once, the interface is there when the returned work has run.
 * @throws ApiError 422 when the server is attached already, or there is no such address.
 */
export const prepareAttachment = (cloud: Cloud, server: ServerRecord, network: NetworkRecord, wish: Wish = {}) => {
  if (server.private_net.some((one) => one.network === network.id)) {
    throw new ApiError(422, 'server_already_attached', 'server is already attached to this network')
  }
  const ip = chooseAddress(cloud, server, network, wish.ip)
  const alias_ips = (wish.alias_ips ?? []).map((alias) => chooseAddress(cloud, server, network, alias))
  const key = `${network.id} ${ip}`
  promised.set(key, network.id)
  const net: PrivateNetRecord = { network: network.id, ip, alias_ips, mac_address: macOf('86', cloud.store.nextId()) }
  return async (): Promise<void> => {
    try {
      await plug(cloud, server, network, net)
      server.private_net.push(net)
    } finally {
      promised.delete(key)
    }
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
