import type { CheckId } from '../dns/checks/check.ts'
import { parseServerName } from '../fleet/names.ts'
import type { SubjectKind } from '../report/check-dns.ts'
import type { Fault } from './faults.ts'

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
  return explains(a, b) || explains(b, a)
}

/**
 * Whether all else is wrong of itself where the first of two faults of one server is: in every answer when another server gives it than is
 * meant, such as one of another generation; in all that is asked of a zone whose SOA is not answered rightly.
 */
const explains = (a: Fault, b: Fault): boolean => a.check === 'nsid' || (a.check === 'soa' && a.zone === b.zone)

/** Which faults have to wait until it is known whether one of these explains them. For `isExplained`, which thousands are asked. */
export const scopesOf = (causes: readonly Fault[]): ReadonlySet<string> =>
  new Set(causes.flatMap((fault) => scopeOf(fault) ?? []))

const scopeOf = ({ server, family, zone, check }: Fault): string | undefined => {
  if (check === 'nsid') return [server, family].join(' ')
  return check === 'soa' ? [server, family, zone].join(' ') : undefined
}

/** Whether one of those faults explains this one. @param scopes by `scopesOf`. */
export const isExplained = ({ server, family, zone }: Fault, scopes: ReadonlySet<string>): boolean =>
  scopes.has([server, family].join(' ')) || scopes.has([server, family, zone].join(' '))

const nearness: Readonly<Record<SubjectKind, number>> = { nameserver: 0, lb: 1, parent: 2, name: 3, resolver: 4 }

/** Among the faults of one server. */
const order: Readonly<Partial<Record<CheckId, number>>> = { nsid: 0, soa: 1, 'direct-lb': 3 }
const distance = ({ kind, check }: Fault): number => 4 * nearness[kind] + (order[check] ?? 2)

/** For sorting: those nearest the cause first, since all that stands in front of a nameserver shows its faults. */
export const byNearness = (a: Fault, b: Fault): number => distance(a) - distance(b) || (a.key < b.key ? -1 : 1)
