import { cut } from '../cut.ts'
import { firstRecords, ownerIn, type RecordChange } from './records.ts'
import type { PlannedChange, PlannedZone } from './types.ts'

/** How many records are shown, of all zones together, and how much of each; all of it where `verbose` is said. */
const mostRecords = 20
const width = 80

interface Detail {
  readonly verbose: boolean
}

/** What changes for clients: the zones that come and go first, then a line a zone, its records below it. Pure. */
export const describeChange = (changes: readonly PlannedChange[], detail: Detail): readonly string[] =>
  changes.flatMap((change) => {
    if ('unknown' in change) return [`UNKNOWN what changes for clients: ${change.unknown}.`]
    const { from, zones } = change
    if (zones.length === 0) return [`No record changes for clients of generation ${from}.`]
    return [`Changes for clients of generation ${from}:`, ...describeZones(zones, detail)]
  })

const describeZones = (planned: readonly PlannedZone[], { verbose }: Detail): readonly string[] => {
  const { zones, left } = firstRecords(planned, { most: mostRecords, all: verbose })
  return [
    ...zones.flatMap(({ zone, records }) => [
      `  ${describeZone(zone)}`,
      ...records.flatMap((one) => recordLines(one, zone.zone, { verbose })),
    ]),
    ...(left > 0 ? [`    ${describeRest(left)}`] : []),
  ]
}

/** Pure. */
export const describeRest = (left: number): string => `… and ${countOf(left)} more: --verbose shows all`

/** `example.test  +2 −1 ~3 records`. Pure. */
export const describeZone = ({ zone, kind, records: { added, removed, changed } }: PlannedZone): string => {
  if (kind === 'comes') return `${zone}  comes, with ${countOf(added)}`
  if (kind === 'goes') return `${zone}  GOES, with ${countOf(removed)}`
  return `${zone}  +${added} −${removed} ~${changed} records`
}

const countOf = (count: number): string => `${count} record${count === 1 ? '' : 's'}`

const signs = { '+': '+', '-': '−', '~': '~' } as const

const recordLines = (record: RecordChange, zone: string, { verbose }: Detail): readonly string[] => {
  const { type, sign, ttl, before = '', after = '', isTtl } = record
  const fit = (line: string): string => (verbose ? line : cut(line, width))
  const owner = `    ${signs[sign]} ${ownerIn(record, zone)}`
  const head = isTtl ? `${owner} ${type} TTL` : `${owner} ${ttl} ${type}`
  if (sign !== '~') return [fit(`${head} ${after || before}`)]
  const line = `${head} ${before} → ${after}`
  if (fit(line) === line) return [line]
  const [old, now] = fromDifference(before, after)
  return [fit(`${head} ${old}`), fit(`      → ${now}`)]
}

/** So much is left of what two texts have in common at their beginning: of long ones, that could be all that is seen. */
const common = 12

/** Two long texts from shortly before where they differ. Pure. */
export const fromDifference = (one: string, other: string): readonly [string, string] => {
  const end = [...one].findIndex((letter, index) => letter !== other[index])
  const start = (end < 0 ? one.length : end) - common
  return start > 0 ? [`…${one.slice(start)}`, `…${other.slice(start)}`] : [one, other]
}
