import { contains, firstAddressOf, freeSubnet, overlaps, parseRange, type Range, rangeOf } from './addresses.ts'
import { invalidInput } from './errors.ts'
import type { NetworkRecord, Route, Subnet } from './state.ts'

// What networks, their subnets and their routes may be: https://docs.hetzner.cloud/reference/cloud#tag/network-actions

/** What a network consists of, also before it is there. */
type Layout = Pick<NetworkRecord, 'ip_range' | 'subnets' | 'routes'>

export interface SubnetWish {
  readonly type: Subnet['type']
  readonly network_zone: string
  readonly ip_range?: string | null | undefined
  readonly vswitch_id?: number | null | undefined
}

/** Gateway of every server's public interface. */
const publicGateway = '172.31.1.1'
const defaultRoute = '0.0.0.0/0'

const known = (cidr: string): Range => {
  const range = parseRange(cidr)
  if (!range) throw new Error(`${cidr} is no IPv4 network`)
  return range
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(known)

const isPrivate = (range: Range): boolean => privateRanges.some((outer) => contains(outer, range))
const sizeOf = ({ first, last }: Range): number => last - first + 1

/** @throws ApiError 422 for what is no IPv4 network, or has host bits. */
export const requireRange = (text: string, field: string): Range => {
  const range = parseRange(text)
  if (!range) throw invalidInput(field, 'must be an IPv4 network')
  return range
}

/** @throws ApiError 422 unless it is a private network of at least /24. */
export const requireNetworkRange = (text: string): Range => {
  const range = requireRange(text, 'ip_range')
  if (!isPrivate(range) || sizeOf(range) < 256)
    throw invalidInput('ip_range', 'must be a private network of at least /24')
  return range
}

/** @throws ApiError 422 unless the network begins where it did, and only gets larger. */
export const requireWider = ({ ip_range }: Pick<NetworkRecord, 'ip_range'>, wanted: string): void => {
  const [before, after] = [known(ip_range), requireNetworkRange(wanted)]
  if (after.first !== before.first || after.last < before.last)
    throw invalidInput('ip_range', 'can only be extended at its end')
}

const isDefault = ({ destination }: Route): boolean => destination === defaultRoute

/** @throws ApiError 422 unless the network has room for the subnet; without a range it is the first free /24. */
export const placeSubnet = (network: Layout, wanted: SubnetWish): Subnet => {
  const isVswitch = wanted.type === 'vswitch'
  if (isVswitch !== (typeof wanted.vswitch_id === 'number'))
    throw invalidInput('vswitch_id', isVswitch ? 'is required for a vswitch' : 'is for subnets of type vswitch only')
  if (network.subnets.some(({ network_zone }) => network_zone !== wanted.network_zone))
    throw invalidInput('network_zone', 'must be that of the other subnets')
  const subnets = network.subnets.map((subnet) => known(subnet.ip_range))
  const routed = network.routes.filter((route) => !isDefault(route)).map(({ destination }) => known(destination))
  const outer = known(network.ip_range)
  const ip_range = wanted.ip_range || freeSubnet(outer, [...subnets, ...routed])
  if (!ip_range) throw invalidInput('ip_range', 'the network has no room for another subnet')
  const range = requireRange(ip_range, 'ip_range')
  if (sizeOf(range) < 4) throw invalidInput('ip_range', 'must be at least /30')
  if (!contains(outer, range)) throw invalidInput('ip_range', 'must be within the network')
  if (subnets.some((other) => overlaps(other, range))) throw invalidInput('ip_range', 'overlaps with another subnet')
  if (routed.some((other) => overlaps(other, range)))
    throw invalidInput('ip_range', 'overlaps with the destination of a route')
  return {
    type: wanted.type,
    ip_range,
    network_zone: wanted.network_zone,
    // every subnet has the gateway of the whole network
    gateway: firstAddressOf(network.ip_range),
    ...(typeof wanted.vswitch_id === 'number' ? { vswitch_id: wanted.vswitch_id } : {}),
  }
}

/** @throws ApiError 422 unless the network can have the route. */
export const requireRoute = (network: Layout, route: Route): void => {
  requireDestination(network, route)
  requireGateway(network, route.gateway)
}

/** The default route goes beside all others, since whatever is nearer comes first; all else must not overlap. */
const requireDestination = ({ subnets, routes }: Layout, route: Route): void => {
  const range = requireRange(route.destination, 'destination')
  if (routes.some(({ destination }) => destination === route.destination))
    throw invalidInput('destination', 'there is a route to it')
  if (isDefault(route)) return
  if (!isPrivate(range)) throw invalidInput('destination', `must be a private network or ${defaultRoute}`)
  if (overlaps(range, known(`${publicGateway}/32`)))
    throw invalidInput('destination', `must not overlap with ${publicGateway}`)
  if (subnets.some((subnet) => overlaps(range, known(subnet.ip_range))))
    throw invalidInput('destination', 'overlaps with a subnet')
  if (routes.some((other) => !isDefault(other) && overlaps(range, known(other.destination))))
    throw invalidInput('destination', 'overlaps with another route')
}

const requireGateway = ({ ip_range, subnets }: Layout, gateway: string): void => {
  const address = rangeOf(gateway)
  if (!address) throw invalidInput('gateway', 'must be an IPv4 address')
  if (gateway === publicGateway || gateway === firstAddressOf(ip_range)) throw invalidInput('gateway', 'is reserved')
  if (!contains(known(ip_range), address)) throw invalidInput('gateway', 'must be within the network')
  const isBehindVswitch = subnets.some(
    (subnet) => subnet.type === 'vswitch' && contains(known(subnet.ip_range), address),
  )
  if (isBehindVswitch) throw invalidInput('gateway', 'must not be behind a vswitch')
}

/** Addresses of a network that nobody is given. */
export const reservedIn = ({ ip_range }: Pick<NetworkRecord, 'ip_range'>): readonly string[] => [
  firstAddressOf(ip_range),
  publicGateway,
]

export const doOverlap = (a: Pick<NetworkRecord, 'ip_range'>, b: Pick<NetworkRecord, 'ip_range'>): boolean =>
  overlaps(known(a.ip_range), known(b.ip_range))
