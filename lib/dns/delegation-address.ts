import { isIP } from 'node:net'

/** The one spelling in which addresses are compared (RFC 5952), for those of records too. Anything else is left as it is. */
const canonicalAddress = (address: string): string =>
  isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address

/** Canonical, each once, sorted: equal sets of addresses become equal lists. */
export const canonicalAddresses = (addresses: readonly string[]): readonly string[] =>
  [...new Set(addresses.map(canonicalAddress))].sort()
