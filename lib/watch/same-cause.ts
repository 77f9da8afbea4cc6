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
  if (a.server === b.server) return isSameAtServer(a, b)
  if (a.check !== b.check) return false
  const [one, other] = [a, b].map(({ server }) => parseServerName(server))
  if (one && other) return one.pair === other.pair && a.zone === b.zone
  return !one && !other && a.kind === b.kind
}

const isSameAtServer = (a: Fault, b: Fault): boolean => {
  const checks = [a.check, b.check]
  if (a.check === b.check || checks.includes('direct-lb')) return true
  // of a zone whose SOA is not answered rightly nothing else is
  if (a.zone === b.zone && checks.includes('soa')) return true
  return checks.every((check) => tellGenerations.has(check))
}

const nearness: Readonly<Record<SubjectKind, number>> = { nameserver: 0, lb: 1, parent: 2, name: 3, resolver: 4 }

/** Among the faults of one server. */
const order: Readonly<Partial<Record<CheckId, number>>> = { soa: 0, 'direct-lb': 2 }
const distance = ({ kind, check }: Fault): number => 3 * nearness[kind] + (order[check] ?? 1)

/** For sorting: those nearest the cause first, since all that stands in front of a nameserver shows its faults. */
export const byNearness = (a: Fault, b: Fault): number => distance(a) - distance(b) || (a.key < b.key ? -1 : 1)
