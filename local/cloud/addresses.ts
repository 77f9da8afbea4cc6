import { isIP } from 'node:net'
import { ApiError } from './errors.ts'

export interface Pools {
  /** Such as `198.18.1.0/24`. */
  readonly ipv4: string
  /** Such as `2001:2:0:100::/56`: a /64 for each server. Null: servers get no IPv6. */
  readonly ipv6: string | null
}

const servers = { first: 10, last: 199 }
const floating = { first: 200, last: 249 }

const lowestFree = (
  { first, last }: typeof servers,
  used: ReadonlySet<string>,
  spell: (index: number) => string,
): string => {
  for (let index = first; index <= last; index += 1) if (!used.has(spell(index))) return spell(index)
  throw new ApiError(403, 'resource_limit_exceeded', 'primary IP limit reached', {
    limits: [{ name: 'primary_ip_limit' }],
  })
}

const spellIpv4 = ({ ipv4 }: Pools) => {
  const prefix = ipv4.replace(/\.\d+\/24$/, '')
  return (index: number): string => `${prefix}.${index}`
}

const spellIpv6 = ({ ipv6 }: Pools) => {
  if (ipv6 === null) throw new ApiError(403, 'resource_limit_exceeded', 'there is no IPv6 here')
  const prefix = ipv6.replace(/00::\/56$/, '')
  return (index: number): string => `${prefix}${index.toString(16).padStart(2, '0')}::/64`
}

/** The lowest free address first, so that addresses are reused soon and clients meet changed host keys. */
export const allocatePublic = (pools: Pools, type: 'ipv4' | 'ipv6', used: ReadonlySet<string>): string =>
  lowestFree(servers, used, type === 'ipv4' ? spellIpv4(pools) : spellIpv6(pools))

export const allocateFloating = (pools: Pools, type: 'ipv4' | 'ipv6', used: ReadonlySet<string>): string =>
  lowestFree(floating, used, type === 'ipv4' ? spellIpv4(pools) : spellIpv6(pools))

/** The host's own address in its /64. */
export const hostAddressOf = (network: string): string => network.replace(/::\/64$/, '::1')

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const toAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')

export interface Range {
  readonly first: number
  readonly last: number
}

/** Without leading zeros, which some read as octal. */
const number = '(?:0|[1-9]\\d{0,2})'
const cidrForm = new RegExp(`^(${number}(?:\\.${number}){3})/(${number})$`)

/** @returns undefined unless `cidr` is an IPv4 network without host bits. */
export const parseRange = (cidr: string): Range | undefined => {
  const match = cidrForm.exec(cidr)
  if (!match?.[1] || Number(match[2]) > 32 || match[1].split('.').some((part) => Number(part) > 255)) return undefined
  const size = 2 ** (32 - Number(match[2]))
  const first = toNumber(match[1])
  return first % size === 0 ? { first, last: first + size - 1 } : undefined
}

export const firstAddressOf = (cidr: string): string => toAddress((parseRange(cidr)?.first ?? 0) + 1)

export const contains = (outer: Range, inner: Range): boolean => outer.first <= inner.first && inner.last <= outer.last
export const overlaps = (a: Range, b: Range): boolean => a.first <= b.last && b.first <= a.last

/** Whether a host can have it: the first and the last of a network are nobody's. */
export const isHostIn = ({ first, last }: Range, address: number): boolean => first < address && address < last

export const rangeOf = (address: string): Range | undefined => parseRange(`${address}/32`)

/** Lowest free address of the subnet; the network's own first address is the gateway's. */
export const allocatePrivate = (subnet: string, network: string, used: ReadonlySet<string>): string | undefined => {
  const range = parseRange(subnet)
  const gateway = firstAddressOf(network)
  for (let number = (range?.first ?? 0) + 1; range && number < range.last; number += 1) {
    const address = toAddress(number)
    if (address !== gateway && !used.has(address)) return address
  }
  return undefined
}

/** First free /24 of the network, as the API chooses when none is asked for. */
export const freeSubnet = (network: Range, taken: readonly Range[]): string | undefined => {
  for (let first = network.first; first + 255 <= network.last; first += 256) {
    if (!taken.some((range) => overlaps(range, { first, last: first + 255 }))) return `${toAddress(first)}/24`
  }
  return undefined
}

/** `96:00:…` on public, `86:00:…` on private interfaces, as at Hetzner. */
export const macOf = (prefix: '96' | '86', number: number): string => {
  const hex = (number % 2 ** 32).toString(16).padStart(8, '0')
  return [prefix, '00', ...(hex.match(/../g) ?? [])].join(':')
}

/** 4 or 6, or 0 for what is no address; one with a zone (`fe80::1%eth0`) is of one computer only. */
export const familyOf = (address: string): number => (address.includes('%') ? 0 : isIP(address))

/** As RFC 5952 spells it, which the URL parser knows. */
export const canonicalIpv6 = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1)

export const ipv6Number = (address: string): bigint => {
  const [head = [], tail = []] = canonicalIpv6(address)
    .split('::')
    .map((part) => part.split(':').filter(Boolean))
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail]
  return BigInt(`0x${groups.map((group) => group.padStart(4, '0')).join('')}`)
}
