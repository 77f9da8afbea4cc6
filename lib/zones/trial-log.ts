import { canonicalName } from '../dns/wire/name.ts'
import type { Zone } from './zone.ts'

/** What named calls a zone, in its log and in its configuration: `example.test.` → `example.test`; the root stays. */
export const nameOf = (origin: string): string => (origin === '.' ? origin : origin.slice(0, -1))

/** A line of named's log begins with date and time. */
export const withoutTime = (line: string): string => line.replace(/^\S+ \S+ /, '')

/**
 * Reads named's log, as BIND 9.18 and 9.20 write it, for the zones that were not loaded. Only a zone said to be loaded counts as loaded.
 * @returns per origin, what named said about it, in words for people where they are known.
 */
export const refusalsIn = (log: string, zones: readonly Zone[]): ReadonlyMap<string, readonly string[]> => {
  const lines = log.split('\n').map(withoutTime)
  const loaded = new Set(
    lines.flatMap((line) => /^zone (\S+)\/IN: loaded serial \d+/.exec(line)?.[1] ?? []).map(canonicalName),
  )
  return new Map(
    zones.filter(({ origin }) => !loaded.has(origin)).map((zone) => [zone.origin, describeRefusal(zone, lines)]),
  )
}

const describeRefusal = (zone: Zone, lines: readonly string[]): readonly string[] => {
  const name = nameOf(zone.origin)
  const about = lines.filter((line) =>
    [`zone ${name}/IN: `, `'${name}/IN'`, `/db.${name}:`].some((mark) => line.includes(mark)),
  )
  const large = about.flatMap((line) => recordFaults(zone, line))
  if (large.length > 0) return large
  const plain = about.filter((line) => !line.endsWith(': not loaded due to errors.'))
  const faults = plain.flatMap((line) => typeFaults(zone, line))
  if (faults.length > 0) return faults
  return plain.length > 0
    ? plain.map((line) => `named: ${withoutPlace(line)}`)
    : ['named did not load it, and does not say why']
}

const remedy = (option: string): string => `use fewer, or set ${option} in named.conf.j2 of the role nameserver`

/** named stops at the first; those like it are told together. */
const recordFaults = ({ rrsets }: Zone, line: string): string[] => {
  const limit = /^error adding '.*' in '.*' \(zone\): too many records \(must not exceed (\d+)\)$/.exec(line)?.[1]
  if (limit === undefined) return []
  return rrsets
    .filter(({ rdata }) => rdata.length > Number(limit))
    .map(
      ({ name, type, rdata }) =>
        `${name} ${type} has ${rdata.length} records, BIND loads at most ${limit}: ${remedy('max-records-per-type')}`,
    )
}

/** Where no RRset is too large, there are too many of them at one name. */
const typeFaults = ({ rrsets }: Zone, line: string): string[] => {
  const name = /^dns_master_load: \S+:\d+: (\S+): too many records$/.exec(line)?.[1]
  if (name === undefined) return []
  const owner = canonicalName(name)
  const types = rrsets.filter((rrset) => rrset.name === owner).length
  return [`${owner} has records of ${types} types, more than BIND loads: ${remedy('max-types-per-name')}`]
}

const withoutPlace = (line: string): string => line.replace(/^dns_master_load: \S+:\d+: /, '')
