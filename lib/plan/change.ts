import { dangersOf } from './dangers.ts'
import type { Guards } from './input.ts'
import { lbsInService, serversBehindLbs } from './lbs.ts'
import { type Coming, findLosses } from './losses.ts'
import { nameserversOf } from './nameservers.ts'
import { switchedTo } from './phases.ts'
import { countRecords } from './records.ts'
import type { Danger, Observed, Plan, PlannedChange } from './types.ts'
import type { ObservedChange, UnknownChange } from './zone-change.ts'

/**
 * Adds to a plan that moves traffic what changes for the clients of each generation that serves, and what of it is dangerous for
 * them. What cannot be found out is told too: it must not look as if nothing changed. Pure.
 */
export const withChange = (plan: Plan, observed: Observed, coming: Coming & { readonly guards: Guards }): Plan => {
  if (switchedTo(plan).length === 0) return plan
  const generation = coming.generation ?? plan.generation
  const leaving = serversBehindLbs(observed).filter((server) => server.generation !== generation)
  const found = leaving.map((server) => {
    const change = findChange(observed, server.generation, generation)
    return { change, ...findLosses(observed, server, { ...coming, change }) }
  })
  const dangers = distinct(
    found.flatMap(({ losses, change }) => [
      ...losses,
      ...('fault' in change ? [] : change.zones).flatMap((zone) =>
        dangersOf(zone, coming.guards).map((danger) => ({ zone: zone.zone, ...danger, isAgreed: coming.isAgreed })),
      ),
    ]),
  )
  const nobody = isServedByOthers(observed) ? [strangers] : []
  const unknown = [...nobody, ...found.flatMap((one) => one.unknown ?? [])]
  return {
    ...plan,
    notes: [...unknown.map(unknownNote), ...plan.notes],
    ...(dangers.length > 0 ? { dangers } : {}),
    ...(observed.changes
      ? { change: [...nobody.map((one) => ({ unknown: one })), ...found.map(({ change }) => planned(change))] }
      : {}),
  }
}

/** Once, also where it is so from two generations. */
const distinct = (dangers: readonly Danger[]): readonly Danger[] => [
  ...new Map(
    dangers.map((danger) => [`${danger.zone} ${danger.kind === 'goes' ? 'goes' : danger.fact}`, danger]),
  ).values(),
]

const strangers = 'which zones are served could not be read (no lb sends to a nameserver of ours)'

const unknownNote = (unknown: string): string =>
  `UNKNOWN whether a zone goes: ${unknown}. Who asks for one that does gets REFUSED.`

const isServedByOthers = (observed: Observed): boolean =>
  serversBehindLbs(observed).length === 0 && lbsInService(observed).some(({ active }) => active !== undefined)

/** A generation that exists was given its zones already, or is about to be given those of the files. */
const findChange = (
  { changes, servers }: Observed,
  from: number,
  generation: number,
): ObservedChange | UnknownChange => {
  const isMade = nameserversOf({ servers }, generation).length > 0
  const to = isMade ? generation : 'files'
  return (
    changes?.find((one) => one.from === from && one.to === to) ?? { from, to, fault: 'they have not been compared' }
  )
}

const planned = (change: ObservedChange | UnknownChange): PlannedChange => {
  const { from } = change
  if ('fault' in change) return { unknown: `the zones of generation ${from} could not be compared (${change.fault})` }
  return { from, zones: change.zones.map((zone) => ({ ...zone, records: countRecords(zone.rrsets) })) }
}
