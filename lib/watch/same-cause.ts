import type { CheckId } from '../dns/checks/check.ts'
import { parseServerName } from '../fleet/names.ts'
import type { SubjectKind } from '../report/check-dns.ts'
import type { Fault } from './faults.ts'

/** These fail together when an lb leads to another generation than the one that is meant. */
const tellGenerations: ReadonlySet<CheckId> = new Set(['serial', 'nsid'])

/**
 * Whether two faults most probably show the same cause, so that one incident is about both: the same at one server over both families or in
 * several zones, what an lb passes on from its nameserver, and what several parents were given by one registrar.
 */
export const isSameCause = (a: Fault, b: Fault): boolean => {
  if (a.server === b.server) return isSameAtServer(a.check, b.check)
  if (a.check !== b.check) return false
  const [one, other] = [a, b].map(({ server }) => parseServerName(server))
  if (one && other) return one.pair === other.pair && a.zone === b.zone
  return !one && !other && a.kind === b.kind
}

const isSameAtServer = (a: CheckId, b: CheckId): boolean =>
  a === b || [a, b].includes('direct-lb') || [a, b].every((check) => tellGenerations.has(check))

const nearness: Readonly<Record<SubjectKind, number>> = { nameserver: 0, lb: 1, parent: 2, name: 3, resolver: 4 }

/** For sorting: those nearest the cause first, since all that stands in front of a nameserver shows its faults. */
export const byNearness = (a: Fault, b: Fault): number => {
  const farther = (fault: Fault): number => nearness[fault.kind] + (fault.check === 'direct-lb' ? 0.5 : 0)
  return farther(a) - farther(b) || (a.key < b.key ? -1 : 1)
}
