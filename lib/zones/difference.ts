import type { Covering, RRsetChange, ZoneChange } from '../plan/zone-change.ts'
import { type Authority, authorityOf, wildcardFor } from './authority.ts'
import type { RRset } from './rrset.ts'
import type { Zone } from './zone.ts'

const keyOf = ({ name, type }: Pick<RRset, 'name' | 'type'>): string => `${name} ${type}`

const isSame = (one: RRset | undefined, other: RRset | undefined): boolean =>
  one?.ttl === other?.ttl && JSON.stringify(one?.rdata) === JSON.stringify(other?.rdata)

const changeOf = (before: RRset | undefined, after: RRset | undefined): readonly RRsetChange[] => {
  const either = after ?? before
  if (either === undefined || isSame(before, after)) return []
  const { name, type } = either
  return [
    {
      name,
      type,
      ...(before ? { before: { ttl: before.ttl, rdata: before.rdata } } : {}),
      ...(after ? { after: { ttl: after.ttl, rdata: after.rdata } } : {}),
    },
  ]
}

/** The RRsets that only one side has, or both with other data or TTL. */
const compareRrsets = (before: readonly RRset[], after: readonly RRset[]): readonly RRsetChange[] => {
  const left = new Map(before.map((rrset) => [keyOf(rrset), rrset]))
  const changed = after.flatMap((rrset) => {
    const found = left.get(keyOf(rrset))
    left.delete(keyOf(rrset))
    return changeOf(found, rrset)
  })
  return [...changed, ...[...left.values()].flatMap((rrset) => changeOf(rrset, undefined))]
}

/** The owners and types, `www.example.test. A`, of the RRsets that only one side has, or both with other data or TTL. Sorted. */
export const findDifferingRrsets = (one: readonly RRset[], other: readonly RRset[]): readonly string[] =>
  compareRrsets(one, other).map(keyOf).sort()

/**
 * How zones differ from others: those that come and go first, then by name; what does not differ is left out. The serial is no
 * difference, since every generation has its own.
 */
export const compareZones = (before: readonly Zone[], after: readonly Zone[]): readonly ZoneChange[] => {
  const befores = new Map(before.map((zone) => [zone.origin, zone]))
  const afters = new Map(after.map((zone) => [zone.origin, zone]))
  const origins = [...new Set([...befores.keys(), ...afters.keys()])]
  return origins
    .map((origin) => compareZone(befores.get(origin), afters.get(origin)))
    .filter(({ kind, rrsets }) => kind !== 'changes' || rrsets.length > 0)
    .sort((a, b) => order[a.kind] - order[b.kind] || compareTexts(a.zone, b.zone))
}

const order = { goes: 0, comes: 1, changes: 2 } as const

const compareZone = (before: Zone | undefined, after: Zone | undefined): ZoneChange => {
  const rrsets = compareRrsets(recordsOf(before), recordsOf(after))
  return {
    zone: (after ?? before)?.origin.replace(/\.$/, '') ?? '',
    kind: before === undefined ? 'comes' : after === undefined ? 'goes' : 'changes',
    had: before?.rrsets.length ?? 0,
    rrsets: inCanonicalOrder(rrsets),
    covered: before && after && rrsets.length > 0 ? findCoverings(before, after) : [],
  }
}

const recordsOf = (zone: Zone | undefined): readonly RRset[] => zone?.rrsets.map(withoutSerial) ?? []

/** SOA data: mname rname serial refresh retry expire minimum. */
const withoutSerial = (rrset: RRset): RRset =>
  rrset.type === 'SOA'
    ? { ...rrset, rdata: rrset.rdata.map((data) => data.replace(/^(\S+ \S+) \d+/, (_whole, names) => `${names} 0`)) }
    : rrset

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By the labels from the right: the apex first, and what is below a name right behind it. */
const inCanonicalOrder = (rrsets: readonly RRsetChange[]): readonly RRsetChange[] =>
  rrsets
    .map((rrset) => ({ rrset, key: `${rrset.name.split('.').reverse().join('\0')}\0${rrset.type}` }))
    .sort((a, b) => compareTexts(a.key, b.key))
    .map(({ rrset }) => rrset)

/** Where a wildcard answers for names for which it did not (RFC 4592 §3.3.1): names that were not there, and names that go. */
const findCoverings = (before: Zone, after: Zone): readonly Covering[] => {
  const [old, now] = [before, after].map((zone) => authorityOf(zone, [zone])) as [Authority, Authority]
  const gone = new Map<string, string[]>()
  for (const name of new Set(old.answered.map((rrset) => rrset.name))) {
    const wildcard = now.names.has(name) ? undefined : wildcardFor(now, name)
    if (wildcard !== undefined) gone.set(wildcard, [...(gone.get(wildcard) ?? []), name])
  }
  const wildcards = new Set(now.wildcards.map(({ name }) => name))
  return [...wildcards].flatMap((wildcard): readonly Covering[] => {
    const isNew = !old.names.has(wildcard)
    const names = gone.get(wildcard) ?? []
    if (!isNew && names.length === 0) return []
    const types = now.wildcards.filter(({ name }) => name === wildcard).map(({ type }) => type)
    const instead = isNew ? wildcardFor(old, wildcard) : undefined
    return [{ wildcard, types, isNew, ...(instead === undefined ? {} : { instead }), names }]
  })
}
