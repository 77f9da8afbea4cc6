/** Keys, each by its DNSKEY record; or by the DS record itself, where that points at none that is known. */
export type KeySet = readonly string[]

/** All that a cache may have of one zone at once. */
export interface Mixture {
  /**
   * Which keys generations publish, and sign everything by, of which caches may hold something: empty for one that is not signed,
   * undefined for one of which nobody knows it.
   */
  readonly generations: readonly (KeySet | undefined)[]
  /** Which keys DS records point at that a cache may hold: a set each. An empty one, or none at all, is no DS record. */
  readonly trusted: readonly KeySet[]
}

/**
 * `unknown`: nobody knows all that caches may hold · `unsigned`: a DS record says that the zone is signed, and something that a cache may
 * hold is not · `untrusted`: the DS records point at no key of a generation · `unproven`: records of one generation are signed by no key
 * that another publishes.
 */
export type MixtureFault = 'unknown' | 'unsigned' | 'untrusted' | 'unproven'

/**
 * The mixture law: whichever DS records, keys and records of a zone a validator has put together, from whichever generations, they prove
 * one another (RFC 4035 §5). It holds when every pair of them does, since each generation signs everything by all the keys that it
 * publishes. Where no cache may hold a DS record, nobody asks for proofs. Pure.
 * @returns undefined when the law holds.
 */
export const findMixtureFault = ({ generations, trusted }: Mixture): MixtureFault | undefined => {
  const sets = trusted.filter(({ length }) => length > 0)
  if (sets.length === 0) return undefined
  const known = generations.filter((keys) => keys !== undefined)
  if (known.length < generations.length) return 'unknown'
  if (known.some(({ length }) => length === 0)) return 'unsigned'
  if (!everyPair(sets, known)) return 'untrusted'
  return everyPair(known, known) ? undefined : 'unproven'
}

const everyPair = (some: readonly KeySet[], others: readonly KeySet[]): boolean =>
  some.every((one) => others.every((other) => one.some((key) => other.includes(key))))
