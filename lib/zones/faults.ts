import { canonicalName, isWithin } from '../dns/wire/name.ts'
import { type Authority, ancestorsOf, cutNamesOf, findZone, isCoveredByWildcard } from './authority.ts'
import { createFollower } from './chain.ts'
import type { RRset } from './rrset.ts'
import { isOfSigning } from './signing/served.ts'
import type { Zone } from './zone.ts'

const chatter =
  /^OK$|: loaded serial \d+|^dump zone to |^zone \S+: (loading from master file .* failed|not loaded due to errors)/

// what another has signed his zone with is served as it is: validators take SHA-1 still (RFC 8624 §3.3)
const ofOthers = /\/DS deprecated (digest type|algorithm) /

/**
 * What BIND's programs complained of, as `example.test.zone:12: unknown RR type 'BOGUS'`. Warnings count: most of them say
 * that something was dropped or changed ("ignoring out-of-zone data", "TTL set to prior TTL").
 */
export const faultsIn = (messages: readonly string[], file: string, temporary?: string): string[] => {
  const faults = messages
    .filter((line) => !chatter.test(line) && !ofOthers.test(line))
    .map((line) => nameFile(line, file, temporary))
  return faults.length > 0
    ? faults
    : messages.filter((line) => / failed: /.test(line)).map((line) => `${file}: ${line}`)
}

/** BIND says what it takes instead, and not what to do. */
const withoutTtl = 'no TTL specified; using SOA MINTTL instead'
const giveTtl = 'no TTL specified: begin the file with one for all records, such as $TTL 1h'

const nameFile = (line: string, file: string, temporary: string | undefined): string => {
  const plain = line
    .replace(/^dns_\w+: /, '')
    .replace(/^zone \S+: /, '')
    .replace(withoutTtl, () => giveTtl)
  const place = temporary === undefined ? -1 : plain.indexOf(temporary)
  if (place >= 0) return `${file}: ${plain.slice(place).replace(/^[^:]*:\d+: /, '')}`
  return /^[^\s:]+:\d+: /.test(plain) ? plain : `${file}: ${plain}`
}

// Servers may compress names inside these, so their octets on the wire are not those of the file (RFC 3597 §4).
const obsoleteTypes = new Set(['MD', 'MF', 'MB', 'MG', 'MR', 'MINFO', 'SIG', 'NXT'])

/** Records whose answers could not be compared exactly. A check that would have to look away is no check, so they are refused. */
export const incomparableFaults = ({ rrsets }: Pick<Zone, 'rrsets'>): string[] =>
  rrsets.flatMap(({ name, type }) => {
    if (name.includes('\\')) return [`${name} ${type}: names with escaped characters cannot be asked for by the checks`]
    // signatures would not survive the serial and addresses put in at deployment
    if (isOfSigning({ type }))
      return [`${name} ${type}: signed zones are not supported, a deployment changes serial and addresses`]
    if (type === 'ZONEMD')
      return [`${name} ZONEMD: leave it out, a deployment changes serial and addresses, which it is a digest of`]
    if (obsoleteTypes.has(type)) return [`${name} ${type}: this obsolete type cannot be compared exactly`]
    return []
  })

/**
 * Nameservers of a zone that are none of ours, as an export of a provider before has them. Parents delegate to ours, but caches
 * follow the set of the zone itself (RFC 2181 §5.4.1).
 * @param hosts names of our nameservers, canonical; none says nothing
 */
export const foreignFaults = (
  { origin, rrsets }: Pick<Zone, 'origin' | 'rrsets'>,
  hosts: readonly string[],
): string[] =>
  rrsets
    .filter(({ name, type }) => hosts.length > 0 && name === origin && type === 'NS')
    .flatMap(({ rdata }) => rdata.filter((host) => !hosts.includes(canonicalName(host))))
    .map(
      (host) =>
        `${origin} NS ${host} is none of our nameservers (${hosts.join(', ')}): caches would ask there, and get what it has`,
    )

/**
 * Records at or below a delegation, which whoever is delegated to answers for: nobody is ever given these (RFC 1034 §4.3.2, step
 * 3b), and no check can ask for them. NS and DS of the delegation and the addresses of nameservers are what a referral is made of.
 */
export const hiddenFaults = (zone: Pick<Zone, 'origin' | 'rrsets'>): string[] => {
  const { origin, rrsets } = zone
  const cutNames = cutNamesOf(zone)
  const delegations = rrsets.filter(({ type }) => type === 'NS')
  const nameservers = new Set(delegations.flatMap(({ rdata }) => rdata.map(canonicalName)))
  const isGlue = ({ name, type }: RRset): boolean => ['A', 'AAAA'].includes(type) && nameservers.has(name)
  return rrsets.flatMap((rrset) => {
    const { name, type } = rrset
    const cut = ancestorsOf(name, origin).findLast((ancestor) => cutNames.has(ancestor))
    const isOfReferral = cut === undefined && (type === 'NS' || type === 'DS')
    if ((cut === undefined && !cutNames.has(name)) || isOfReferral || isGlue(rrset)) return []
    return [`${name} ${type}: never given to anybody, ${cut ?? name} is delegated: take it out, or the delegation`]
  })
}

// BIND's max-query-restarts since 9.18.28: after so many aliases it answers SERVFAIL.
const maxAliases = 11

/**
 * Aliases within a zone that no question comes to the end of: BIND loads them, and answers SERVFAIL.
 * @param authorities of all zones that the same server has.
 * @returns per zone origin, the faults found.
 */
export const aliasFaults = (authorities: readonly Authority[]): ReadonlyMap<string, readonly string[]> => {
  const follow = createFollower(authorities)
  const faultsOf = ({ name }: RRset): string[] => {
    const { links, inZone, isLoop } = follow(name, 'A')
    const way = [name, ...inZone.flatMap(({ next }) => next ?? [])]
    if (isLoop && inZone.length === links.length) return [`${name} CNAME leads in a circle: ${way.join(' → ')}`]
    if (way.length - 1 <= maxAliases) return []
    return [`${name} CNAME: ${way.length - 1} aliases one after the other, BIND follows at most ${maxAliases}`]
  }
  return new Map(
    authorities.map(({ zone, answered }) => [
      zone.origin,
      answered.filter(({ type }) => type === 'CNAME').flatMap(faultsOf),
    ]),
  )
}

const targetIndex: Readonly<Record<string, number>> = { NS: 0, MX: 1, SRV: 3 }

const targetsOf = ({ type, rdata }: RRset): string[] => {
  const index = targetIndex[type]
  if (index === undefined) return []
  return rdata.map((data) => data.split(' ')[index] ?? '.').filter((target) => target !== '.')
}

/**
 * Hosts that a zone points to in another zone of the same folder and that have no address there. (Within one zone BIND looks
 * itself; for names elsewhere nobody here can tell.)
 * @param authorities of all zones of the folder.
 * @returns per zone origin, the faults found.
 */
export const siblingFaults = (authorities: readonly Authority[]): ReadonlyMap<string, readonly string[]> => {
  const zones = authorities.map(({ zone }) => zone)
  const byZone = new Map(authorities.map((authority) => [authority.zone, authority]))
  const lacksAddress = (from: Zone, target: string): boolean => {
    const home = findZone(zones, target)
    const authority = home && byZone.get(home)
    if (!authority || home === from) return false
    const isDelegated = authority.cuts.some((cut) => isWithin(target, cut.name))
    const found = authority.answered.filter(({ name }) => name === target).map(({ type }) => type)
    return !isDelegated && !found.includes('A') && !found.includes('AAAA') && !isCoveredByWildcard(authority, target)
  }
  const faultsOf = (zone: Zone): string[] =>
    zone.rrsets.flatMap((rrset) =>
      targetsOf(rrset)
        .filter((target) => lacksAddress(zone, target))
        .map((target) => `${rrset.name} ${rrset.type} points to ${target}, which has no address in its zone`),
    )
  return new Map(zones.map((zone) => [zone.origin, faultsOf(zone)]))
}
