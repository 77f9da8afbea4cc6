import type { RRset } from './rrset.ts'

const keyOf = ({ name, type }: RRset): string => `${name} ${type}`
const contentOf = ({ ttl, rdata }: RRset): string => JSON.stringify([ttl, rdata])

/** The owners and types, `www.example.test. A`, of the RRsets that only one side has, or both with other data or TTL. Sorted. */
export const findDifferingRrsets = (one: readonly RRset[], other: readonly RRset[]): readonly string[] => {
  const [ones, others] = [one, other].map((rrsets) => new Map(rrsets.map((rrset) => [keyOf(rrset), contentOf(rrset)])))
  const keys = new Set([...(ones?.keys() ?? []), ...(others?.keys() ?? [])])
  return [...keys].filter((key) => ones?.get(key) !== others?.get(key)).sort()
}
