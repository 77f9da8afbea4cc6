import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** The one spelling in which addresses are compared (RFC 5952), for those of records too. Anything else is left as it is. */
export const canonicalAddress = (address: string): string =>
  isIP(address) === 6 ? ipaddr.parse(address).toString() : address

/** Canonical, each once, sorted: equal sets of addresses become equal lists. */
export const canonicalAddresses = (addresses: readonly string[]): readonly string[] =>
  [...new Set(addresses.map(canonicalAddress))].sort()

export const isAddress = (text: string): boolean => isIP(text) !== 0

/** @param address an address, not a name. */
export const familyOf = (address: string): 4 | 6 => (isIP(address) === 6 ? 6 : 4)

/** The octets of an address as on the wire. @throws Error for what is none. */
export const addressOctets = (address: string): Buffer => Buffer.from(ipaddr.parse(address).toByteArray())

/** Whether it is an address of this computer itself (RFC 6890 §2.2.2), IPv4 within IPv6 too. */
export const isLoopback = (text: string): boolean => isAddress(text) && ipaddr.process(text).range() === 'loopback'

/**
 * Whether an address is in one of the networks; IPv4 within IPv6 counts as IPv4.
 * @param networks such as `parseNetwork` reads.
 */
export const isInNetworks = (address: string, networks: readonly string[]): boolean =>
  ipaddr.subnetMatch(ipaddr.process(address), { inside: networks.map((text) => ipaddr.parseCIDR(text)) }, 'outside') ===
  'inside'

export interface Network {
  readonly family: 4 | 6
  /** Of the prefix, in bits. */
  readonly length: number
  /** In the one spelling in which networks are compared: `2001:db8::/32`. */
  readonly text: string
  /** The text it was read from names an address inside it, not its first. */
  readonly hasHostBits: boolean
}

/** Reads `10.0.0.0/8` or `2001:DB8::/32` (RFC 4632 §3.1, RFC 4291 §2.3); undefined for anything else. */
export const parseNetwork = (text: string): Network | undefined => {
  const [address = '', bits = '', ...rest] = text.split('/')
  const family = isIP(address)
  // stricter than ipaddr.js, which takes 10.1 for 10.0.0.1
  if (rest.length > 0 || !/^\d{1,3}$/.test(bits) || (family !== 4 && family !== 6)) return undefined
  const length = Number(bits)
  if (length > (family === 4 ? 32 : 128)) return undefined
  const base = (family === 4 ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${address}/${length}`).toString()
  const hasHostBits = ipaddr.parse(address).toString() !== base
  return { family, length, text: `${base}/${length}`, hasHostBits }
}

const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

/** Whether the whole of a network is in a private range of IPv4 (RFC 1918 §3). */
export const isPrivateNetwork = ({ family, length, text }: Network): boolean =>
  family === 4 &&
  privateRanges.some((range) => {
    const [base, bits] = ipaddr.IPv4.parseCIDR(range)
    return length >= bits && ipaddr.IPv4.parse(text.split('/')[0] ?? '').match(base, bits)
  })

/** The network of so many bits that an address lies in: `203.0.113.0/24`. */
export const networkOf = (address: string, bits: number): string =>
  `${(familyOf(address) === 4 ? ipaddr.IPv4 : ipaddr.IPv6).networkAddressFromCIDR(`${address}/${bits}`).toString()}/${bits}`
