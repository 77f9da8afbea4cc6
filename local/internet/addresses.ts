import { BlockList, isIP, SocketAddress } from 'node:net'
import { Refusal } from './refusal.ts'

type Family = 'ipv4' | 'ipv6'

const listOf = (family: Family, networks: readonly (readonly [network: string, length: number])[]): BlockList => {
  const list = new BlockList()
  for (const [network, length] of networks) list.addSubnet(network, length, family)
  return list
}

/** Addresses nobody can be reached at from outside (IANA special-purpose registries). One list would mix the families up. */
const unreachable: Readonly<Record<Family, BlockList>> = {
  ipv4: listOf('ipv4', [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['224.0.0.0', 3],
  ]),
  ipv6: listOf('ipv6', [
    ['::', 127],
    ['::ffff:0:0', 96],
    ['fc00::', 7],
    ['fe80::', 10],
    ['ff00::', 8],
  ]),
}

const invalidAddress = (message: string): Refusal => new Refusal(422, 'invalid_address', message)

const canonicalAddress = (text: string): string => {
  const version = isIP(text)
  if (version === 0 || text.includes('%')) throw invalidAddress(`'${text}' is not an IP address`)
  const family = version === 6 ? 'ipv6' : 'ipv4'
  if (unreachable[family].check(text, family)) throw invalidAddress(`'${text}' cannot be reached from the internet`)
  return new SocketAddress({ address: text, family }).address
}

/**
 * Addresses of a host object, in canonical form (RFC 5952).
 * @throws Refusal naming the first one that cannot be glue
 */
export const glueAddresses = (given: readonly string[]): readonly string[] => {
  if (given.length === 0) throw invalidAddress('a host needs at least one address')
  const addresses = given.map(canonicalAddress)
  const repeated = addresses.find((address, index) => addresses.indexOf(address) !== index)
  if (repeated !== undefined) throw invalidAddress(`'${repeated}' is given twice`)
  return addresses
}
