import type { RRsetChange, ZoneChange } from './zone-change.ts'

/** One record that comes or goes, one that another takes the place of, or the TTL of an RRset: a line of the difference. */
export interface RecordChange {
  readonly name: string
  readonly type: string
  readonly sign: '+' | '-' | '~'
  /** Seconds; that of after, where there is one. */
  readonly ttl: number
  /** Data, or what the TTL was. */
  readonly before?: string
  readonly after?: string
  /** It is the TTL that changes, not the data. */
  readonly isTtl?: true
}

/** How many records come, go and change. */
export interface RecordCounts {
  readonly added: number
  readonly removed: number
  readonly changed: number
}

/**
 * The records of an RRset that differ. What goes is put beside what comes: as long as there is some of both, one takes the place of
 * another. Pure.
 */
export const recordsOf = ({ name, type, before, after }: RRsetChange): readonly RecordChange[] => {
  const [gone, come] = [missingIn(after, before), missingIn(before, after)]
  const ttl = (after ?? before)?.ttl ?? 0
  const data = Array.from({ length: Math.max(gone.length, come.length) }, (_, index): RecordChange => {
    const [old, now] = [gone[index], come[index]]
    if (old === undefined) return { name, type, sign: '+', ttl, after: now ?? '' }
    return now === undefined
      ? { name, type, sign: '-', ttl, before: old }
      : { name, type, sign: '~', ttl, before: old, after: now }
  })
  if (!before || !after || before.ttl === after.ttl) return data
  return [{ name, type, sign: '~', ttl, before: `${before.ttl}`, after: `${after.ttl}`, isTtl: true }, ...data]
}

const missingIn = (set: RRsetChange['before'], other: RRsetChange['after']): readonly string[] => {
  const known = new Set(set?.rdata)
  return other?.rdata.filter((data) => !known.has(data)) ?? []
}

/** Pure. */
export const countRecords = (rrsets: readonly RRsetChange[]): RecordCounts => {
  const signs = rrsets.flatMap(recordsOf).map(({ sign }) => sign)
  const count = (sign: RecordChange['sign']): number => signs.filter((one) => one === sign).length
  return { added: count('+'), removed: count('-'), changed: count('~') }
}

/** Of some zones, the records to show: of a zone that comes or goes as a whole none, as long as not all are wanted. Pure. */
export const firstRecords = <Zone extends Pick<ZoneChange, 'kind' | 'rrsets'>>(
  zones: readonly Zone[],
  { most, all }: { readonly most: number; readonly all: boolean },
): {
  readonly zones: readonly { readonly zone: Zone; readonly records: readonly RecordChange[] }[]
  readonly left: number
} => {
  const listed = zones.map((zone) => ({
    zone,
    records: all || zone.kind === 'changes' ? zone.rrsets.flatMap(recordsOf) : [],
  }))
  const every = listed.flatMap(({ records }) => records)
  const shown = new Set(all ? every : every.slice(0, most))
  return {
    zones: listed.map(({ zone, records }) => ({ zone, records: records.filter((one) => shown.has(one)) })),
    left: every.length - shown.size,
  }
}

/** The owner as a zone file has it: `www`, or `@` for the zone itself. Pure. */
export const ownerIn = ({ name }: Pick<RRsetChange, 'name'>, zone: string): string =>
  name === `${zone}.` ? '@' : name.endsWith(`.${zone}.`) ? name.slice(0, -zone.length - 2) : name
