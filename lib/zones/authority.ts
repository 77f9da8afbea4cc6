import { isWithin, parentOf } from '../dns/wire/name.ts'
import type { RRset } from './rrset.ts'
import type { Zone } from './zone.ts'

/** What one zone answers, as its server sees it: pure, from the records alone. Names canonical. */
export interface Authority {
  readonly zone: Zone
  readonly soa: RRset
  /** RRsets that an answer section carries with AA=1. Glue, delegations and what a cut or DNAME hides are not among them. */
  readonly answered: readonly RRset[]
  /** NS RRsets below the apex: a question for their name or below gets a referral (RFC 1034 §4.3.2, step 3b). */
  readonly cuts: readonly RRset[]
  /** Names without records that exist because something is below them (RFC 4592 §2.2.2): NODATA, never NXDOMAIN. */
  readonly emptyNonTerminals: readonly string[]
  /** Those of `answered` whose owner begins with an asterisk. */
  readonly wildcards: readonly RRset[]
  /** Every name that exists, empty non-terminals included. */
  readonly names: ReadonlySet<string>
}

const isWildcard = ({ name }: RRset): boolean => name.startsWith('*.')

/** The names below the apex that have NS records, whether or not they are below another such name themselves. */
export const cutNamesOf = ({ origin, rrsets }: Pick<Zone, 'origin' | 'rrsets'>): ReadonlySet<string> =>
  new Set(rrsets.filter(({ name, type }) => type === 'NS' && name !== origin).map(({ name }) => name))

/** The ancestors of a name up to and without the zone's apex, nearest first. */
export const ancestorsOf = (name: string, origin: string): string[] => {
  const ancestors: string[] = []
  for (let at = name; at !== origin && at !== '.'; at = parentOf(at)) ancestors.push(at)
  return ancestors.slice(1)
}

/** The committed zone that answers for a name: the one with the longest origin. */
export const findZone = <Z extends { readonly origin: string }>(zones: readonly Z[], name: string): Z | undefined =>
  zones
    .filter(({ origin }) => isWithin(name, origin))
    .reduce<Z | undefined>((best, zone) => (best && best.origin.length >= zone.origin.length ? best : zone), undefined)

/**
 * Sorts a zone's records by what a question for them gets.
 * @param zones all zones that the same server has: where one of them begins below a cut, it answers instead of a referral.
 */
export const authorityOf = (zone: Zone, zones: readonly Zone[]): Authority => {
  const { origin, rrsets } = zone
  const cutNames = cutNamesOf(zone)
  const dnames = new Set(rrsets.filter(({ type }) => type === 'DNAME').map(({ name }) => name))
  const hides = (name: string): boolean => cutNames.has(name) || dnames.has(name)
  const isVisible = (name: string): boolean =>
    !ancestorsOf(name, origin).some(hides) && (name === origin || !dnames.has(origin))
  const isAnswered = ({ name, type }: RRset): boolean => isVisible(name) && (!cutNames.has(name) || type === 'DS')
  // found once, since there may be a thousand zones and every name asks
  const below = zones.filter((other) => other.origin !== origin && isWithin(other.origin, origin))
  const isOurs = (name: string): boolean =>
    isWithin(name, origin) && !below.some((other) => isWithin(name, other.origin))

  const answered = rrsets.filter((rrset) => isAnswered(rrset) && (rrset.type === 'DS' || isOurs(rrset.name)))
  const owners = new Set(rrsets.map(({ name }) => name))
  const visible = [...owners].filter(isVisible)
  const between = new Set(visible.flatMap((name) => ancestorsOf(name, origin)))
  const soa = rrsets.find(({ name, type }) => name === origin && type === 'SOA')
  if (!soa) throw new Error(`zone ${origin} has no SOA record`)
  return {
    zone,
    soa,
    answered,
    cuts: rrsets.filter(({ name, type }) => type === 'NS' && cutNames.has(name) && isVisible(name) && isOurs(name)),
    emptyNonTerminals: [...between].filter((name) => !owners.has(name) && isOurs(name)),
    wildcards: answered.filter(isWildcard),
    names: new Set([...owners, ...between]),
  }
}

/** The wildcard that answers for this name, which does not exist (RFC 4592 §3.3.1: at the closest encloser); undefined if none does. */
export const wildcardFor = ({ names, zone }: Authority, name: string): string | undefined => {
  const closest = [...ancestorsOf(name, zone.origin), zone.origin].find(
    (ancestor) => names.has(ancestor) || ancestor === zone.origin,
  )
  return closest !== undefined && names.has(`*.${closest}`) ? `*.${closest}` : undefined
}

/** True when a wildcard of the zone would answer for this name, which does not exist. */
export const isCoveredByWildcard = (authority: Authority, name: string): boolean =>
  wildcardFor(authority, name) !== undefined
