/** The source of a zone of mixed records, as large as a whole company's. */
export interface BenchZone {
  readonly origin: string
  readonly text: string
}

const origin = 'bench.test.'

/** Each line begins RRsets of its own; which of them a number gets makes the mixture. */
const linesOf = (i: number, ttl: number): readonly string[] => {
  const name = `host${i}`
  const address = `198.18.${(i >> 8) & 255}.${i & 255}`
  const turn = i % 100
  const other = `host${i - turn}`
  if (turn === 1) return [`*.${name} ${ttl} A ${address}`]
  if (turn === 2) return [`${name} ${ttl} NS ns.${name}`, `ns.${name} ${ttl} A ${address}`]
  if (turn === 3) return [`${name} ${ttl} TXT ${Array.from({ length: 6 }, () => `"${'x'.repeat(250)}"`).join(' ')}`]
  if (turn > 90) return [`${name} ${ttl} CNAME ${other}`]
  if (turn > 85) return [`_sip._tcp.${name} ${ttl} SRV 0 5 5060 ${other}`]
  const plain = `${name} ${ttl} A ${address}`
  if (turn > 75) return [plain, `${name} ${ttl} MX 10 ${other}`, `${name} ${ttl} TXT "v=spf1 mx -all"`]
  if (turn > 70) return [plain, `${name} ${ttl} CAA 0 issue "ca.example.net"`]
  return [plain, `${name} ${ttl} AAAA 2001:2::${(i + 1).toString(16)}`]
}

/**
 * @param count RRsets, SOA and NS of the apex and addresses of nameservers left out.
 * @param changed of how many names the records have another TTL than with 0.
 */
export const benchZone = (count: number, changed: number): BenchZone => {
  const lines = ['$TTL 1h', '@ SOA ns1 hostmaster 0 3600 900 604800 300', '@ NS ns1', '@ NS ns2']
  const begun = lines.length
  for (let i = 0; lines.length - begun < count; i++) lines.push(...linesOf(i, i < changed ? 600 : 3600))
  return { origin, text: `${lines.slice(0, begun + count).join('\n')}\n` }
}

/** The nameservers that the zone names. */
export const benchHosts = [1, 2].map((pair) => ({
  hostname: `ns${pair}.${origin}`,
  ipv4: `198.18.255.${pair}`,
  ipv6: `2001:2::ffff:${pair}`,
}))

export const generations = { before: 1_790_000_000, after: 1_790_000_001 } as const
