/** The address without its prefix length. */
export const bareAddress = (address: string): string => address.split('/')[0] ?? address

export const isIpv6 = (address: string): boolean => address.includes(':')

/** First usable address of an IPv4 range: the gateway of a Hetzner network. */
export const firstAddressOf = (range: string): string => {
  const value = bareAddress(range)
    .split('.')
    .reduce((sum, octet) => sum * 256 + Number(octet), 0)
  return [24, 16, 8, 0].map((shift) => Math.floor((value + 1) / 2 ** shift) % 256).join('.')
}

/** The /64 an IPv6 address ending in `::x` lies in. */
export const ipv6PrefixOf = (address: string): string => `${bareAddress(address).replace(/::[0-9a-f]*$/, '')}::/64`

/** The link-local address an interface makes from its MAC address (RFC 4291, appendix A). */
export const linkLocalOf = (mac: string): string => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(':').map((byte) => Number.parseInt(byte, 16))
  const hextet = (high: number, low: number): string => (high * 256 + low).toString(16)
  return `fe80::${hextet(a ^ 2, b)}:${hextet(c, 0xff)}:${hextet(0xfe, d)}:${hextet(e, f)}`
}
