import { type Authority, ancestorsOf, findZone, wildcardFor } from '../../zones/authority.ts'
import type { RRset } from '../../zones/rrset.ts'
import { canonicalName, isWithin } from '../wire/name.ts'
import type { Question } from '../wire/question.ts'

/** What a server says to a question: with these RRsets as its answer, or with this SOA beside none. */
export interface Said {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED'
  readonly aa: boolean
  readonly answer?: RRset
  /** With the TTL that caches may keep the denial for (RFC 2308 §5). */
  readonly soa?: RRset
}

/**
 * What a server of these zones says to a question for which it has no RRset of that name and type.
 * @returns undefined where an alias leads elsewhere, or another server has the say.
 */
export const sayAbsence = (authorities: readonly Authority[], { name, type }: Question): Said | undefined => {
  const asked = canonicalName(name)
  const zone = findZone(
    authorities.map((one) => one.zone),
    asked,
  )
  const authority = authorities.find((one) => one.zone === zone)
  if (!authority) return { rcode: 'REFUSED', aa: false }
  // the DS of a zone is with the zone above it (RFC 4035 §3.1.4.1)
  if (type === 'DS' && asked === authority.zone.origin) return undefined
  const cut = authority.cuts.find((one) => isWithin(asked, one.name))
  if (cut && !(type === 'DS' && asked === cut.name)) return { rcode: 'NOERROR', aa: false }
  if (isRedirected(authority, asked)) return undefined
  if (authority.names.has(asked)) return sayNothingOf(authority, asked)
  const wildcard = wildcardFor(authority, asked)
  if (wildcard === undefined) return { rcode: 'NXDOMAIN', aa: true, soa: denialOfName(authority, type) }
  const answer = authority.wildcards.find((one) => one.name === wildcard && one.type === type)
  return answer ? { rcode: 'NOERROR', aa: true, answer: { ...answer, name: asked } } : sayNothingOf(authority, wildcard)
}

/** By a DNAME above it. */
const isRedirected = ({ zone, answered }: Authority, asked: string): boolean => {
  const above = new Set([...ancestorsOf(asked, zone.origin), zone.origin])
  return asked !== zone.origin && answered.some(({ type, name }) => type === 'DNAME' && above.has(name))
}

/** A name that exists, without what was asked for. */
const sayNothingOf = (authority: Authority, name: string): Said | undefined =>
  authority.answered.some((one) => one.name === name && one.type === 'CNAME')
    ? undefined
    : { rcode: 'NOERROR', aa: true, soa: denialOf(authority) }

const denialOf = ({ soa }: Authority): RRset => {
  const minimum = Number(soa.rdata[0]?.split(' ').at(-1))
  return { ...soa, ttl: Math.min(soa.ttl, minimum) }
}

/** BIND lets nobody keep it when it was the SOA of that name that was asked for (`zero-no-soa-ttl`). */
const denialOfName = (authority: Authority, type: string): RRset =>
  type === 'SOA' ? { ...authority.soa, ttl: 0 } : denialOf(authority)
