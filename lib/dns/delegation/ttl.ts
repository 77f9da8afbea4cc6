import { InfraError } from '../../errors.ts'
import { describeRemaining } from '../../time.ts'
import type { Delegation } from '../delegation.ts'
import type { ChildView } from './child.ts'

/** One record that leads to our servers, and how long a cache may hold it. */
export interface TtlSource {
  readonly what: string
  readonly ttlSeconds: number
}

export interface RemovalWait {
  readonly ttlSeconds: number
  readonly slackSeconds: number
  /** Both together: how long after the last parent server changed an old address may go. */
  readonly waitSeconds: number
  /** The record that a cache may hold longest. */
  readonly because: TtlSource
  /** Sentences: why it is so long. */
  readonly reasons: readonly string[]
}

/** At least this share of the longest TTL is added: resolvers hold records a little longer than they may. */
const slackShare = 0.1

/**
 * How long to wait, since every parent server was seen to show the new addresses only, until no cache may hold the old ones.
 * Resolvers follow the parent's TTL or the child's (RFC 9199 §3.6), so the longest of all counts.
 * @param slackSeconds added at least.
 * @throws InfraError (exit code 8) without any source: what is not known is not short.
 */
export const removalWait = (
  sources: readonly TtlSource[],
  { slackSeconds: least }: { readonly slackSeconds: number },
): RemovalWait => {
  const because = longestTtl(sources)
  const { ttlSeconds } = because
  const slackSeconds = Math.max(least, Math.ceil(ttlSeconds * slackShare))
  return {
    ttlSeconds,
    slackSeconds,
    waitSeconds: ttlSeconds + slackSeconds,
    because,
    reasons: [
      `the longest TTL is ${describeRemaining(ttlSeconds * 1000)} (${because.what})`,
      `${describeRemaining(slackSeconds * 1000)} to spare`,
    ],
  }
}

/** @throws InfraError (exit code 8) without any source. */
export const longestTtl = (sources: readonly TtlSource[]): TtlSource => {
  const [longest] = [...sources].sort((a, b) => b.ttlSeconds - a.ttlSeconds)
  if (longest) return longest
  throw unknownTtl(['no server told a TTL'])
}

/** A part of the TTLs is no maximum, so what is missing is an error of its own. @param silent a sentence each. */
export const unknownTtl = (silent: readonly string[]): InfraError =>
  new InfraError(`It is not known how long caches may hold the addresses:\n  ${silent.join('\n  ')}`, {
    exitCode: 8,
    hint: 'Look whether the servers of the parent zone and the lbs can be asked from here, then run this again.',
  })

/** The TTLs of NS and glue records at the parents; those that a server shows alike at all its addresses once. */
export const parentTtlsOf = ({ zone, parents }: Delegation): readonly TtlSource[] =>
  distinct(parents.flatMap((parent) => (parent.kind === 'referral' ? parentSources(zone, parent) : [])))

/** The TTLs of NS and address records in the zone itself; those that servers agree in once. */
export const childTtlsOf = (zone: string, children: readonly ChildView[]): readonly TtlSource[] =>
  distinct(children.flatMap((child) => childSources(zone, child)))

const distinct = (sources: readonly TtlSource[]): readonly TtlSource[] => [
  ...new Map(sources.map((source) => [`${source.what} ${source.ttlSeconds}`, source])).values(),
]

/**
 * Whose TTLs are missing, a sentence each: with any, the longest of the others says nothing. A server that was heard over one
 * family has had its say; one that does not have the zone gives caches nothing to hold. Pure.
 */
export const findChildGaps = (children: readonly ChildView[]): readonly string[] => {
  const isHeard = ({ faults, isRefused }: ChildView): boolean => faults.length === 0 || isRefused
  const heard = new Set(children.filter(isHeard).map(({ server }) => server))
  return children.flatMap(({ server, faults }) => (heard.has(server) ? [] : faults.slice(0, 1)))
}

const parentSources = (
  zone: string,
  { server, nsTtl, glue }: Extract<Delegation['parents'][number], { readonly kind: 'referral' }>,
): readonly TtlSource[] => [
  { what: `NS of ${zone} at ${server}`, ttlSeconds: nsTtl },
  ...glue.map(({ name, type, ttl }) => ({ what: `glue ${type} of ${name} at ${server}`, ttlSeconds: ttl })),
]

const childSources = (zone: string, { ns, addresses }: ChildView): readonly TtlSource[] => [
  ...(ns ? [{ what: `NS of ${zone} in the zone itself`, ttlSeconds: ns.ttl }] : []),
  ...addresses.map(({ name, type, ttl }) => ({ what: `${type} of ${name} in the zone itself`, ttlSeconds: ttl })),
]
