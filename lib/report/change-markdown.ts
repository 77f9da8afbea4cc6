import { cut } from '../cut.ts'
import { describeDanger } from '../plan/dangers.ts'
import { describeRest, describeZone, fromDifference } from '../plan/describe-change.ts'
import { firstRecords, ownerIn, type RecordChange } from '../plan/records.ts'
import type { Danger, Plan, PlannedChange } from '../plan/types.ts'
import { codeOf, fenced } from './markdown.ts'

/** Together less than what GitHub takes as the text of a pull request, 65,536 characters. */
const mostRecords = 200
const width = 120

interface Detail {
  readonly verbose?: boolean | undefined
}

/**
 * What a plan does to clients, for a pull request: what is dangerous first, then a block a zone. All that zone files say stands in
 * code, which it cannot end. Pure.
 */
export const changeAsMarkdown = ({ dangers = [], change = [] }: Plan, { verbose = false }: Detail): string => {
  const blocks = [...dangerBlocks(dangers), ...change.flatMap((one) => changeBlocks(one, verbose))]
  return `${['## Changes for clients', ...(blocks.length > 0 ? blocks : ['None.'])].join('\n\n')}\n`
}

const dangerBlocks = (dangers: readonly Danger[]): readonly string[] => {
  const open = [...new Set(dangers.filter(({ isAgreed }) => !isAgreed).map(({ zone }) => zone))]
  const flags = open.map((zone) => `--accept-zone ${zone}`).join(' ')
  return [
    ...(open.length > 0 ? [`**Has to be agreed to by name**, as with ${codeOf(flags)}:`] : []),
    ...(dangers.length > 0 ? [fenced('text', dangers.map(describeDanger))] : []),
  ]
}

const changeBlocks = (change: PlannedChange, verbose: boolean): readonly string[] => {
  if ('unknown' in change) return ['**UNKNOWN what changes:**', fenced('text', [`${change.unknown}.`])]
  const since = `generation ${change.from}`
  if (change.zones.length === 0) return [`No record changes for clients of ${since}.`]
  const { zones, left } = firstRecords(change.zones, { most: mostRecords, all: verbose })
  return [
    `For clients of ${since}:`,
    ...zones.flatMap(({ zone, records }) => [
      codeOf(describeZone(zone)),
      ...(records.length > 0
        ? [
            fenced(
              'diff',
              records.flatMap((one) => diffLines(one, zone.zone, verbose)),
            ),
          ]
        : []),
    ]),
    ...(left > 0 ? [describeRest(left)] : []),
  ]
}

/** What has another in its place goes, and that comes: a diff knows no more. */
const diffLines = (record: RecordChange, zone: string, verbose: boolean): readonly string[] => {
  const { type, ttl, before, after, isTtl } = record
  const owner = ownerIn(record, zone)
  const head = isTtl ? `${owner} ${type} TTL` : `${owner} ${ttl} ${type}`
  const linesOf = (old = before, now = after): readonly string[] => [
    ...(old === undefined ? [] : [`- ${head} ${old}`]),
    ...(now === undefined ? [] : [`+ ${head} ${now}`]),
  ]
  const isLong = (line: string): boolean => !verbose && line.length > width
  if (!linesOf().some(isLong)) return linesOf()
  const both = before === undefined || after === undefined ? [] : fromDifference(before, after)
  return linesOf(...both).map((line) => (verbose ? line : cut(line, width)))
}
