import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { canonicalIpv6, familyOf, ipv6Number } from './addresses.ts'
import { hostName } from './body.ts'
import { invalidInput } from './errors.ts'
import type { PrimaryIpRecord } from './state.ts'

// Reverse names of Primary IPs, of Floating IPs, and of servers, which have them by their Primary IPs.

type Address = Pick<PrimaryIpRecord, 'type' | 'ip' | 'dns_ptr'>

/** A number in dots is no name, though RFC 1123 lets labels be numbers. */
const reverseName = hostName.refine((text) => !isIPv4(text), 'must be a domain name')

export const reverseBody = z.object({ ip: z.string(), dns_ptr: reverseName.nullable() })

/** The same address always in one spelling, or undefined for what is none. */
const spell = (text: string): string | undefined => {
  const family = familyOf(text)
  return family === 6 ? canonicalIpv6(text) : family === 4 ? text : undefined
}

const isOf = ({ type, ip }: Address, address: string): boolean => {
  if (type === 'ipv4') return ip === address
  // a /64 is one, and every address of it can have a name
  return familyOf(address) === 6 && ipv6Number(address) >> 64n === ipv6Number(ip.replace(/\/64$/, '')) >> 64n
}

/**
 * Gives or takes the name of one address among those that `owned` stand for.
 * @returns what sets it, once it shall be
 * @throws ApiError 422 for an address that is none, or somebody else's
 */
export const reverseChange = (
  owned: readonly Address[],
  { ip, dns_ptr }: z.output<typeof reverseBody>,
): (() => void) => {
  const address = spell(ip)
  if (address === undefined) throw invalidInput('ip', 'must be a single IP address')
  const owner = owned.find((one) => isOf(one, address))
  if (!owner) throw invalidInput('ip', `'${ip}' is not part of it`)
  return () => {
    const others = owner.dns_ptr.filter((one) => one.ip !== address)
    owner.dns_ptr = dns_ptr === null ? others : [...others, { ip: address, dns_ptr }]
  }
}
