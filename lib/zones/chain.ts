import { isWithin, maxWireLength } from '../dns/wire/name.ts'
import { type Authority, ancestorsOf, findZone, wildcardFor } from './authority.ts'
import type { RRset } from './rrset.ts'

/** One name that was looked up on the way, and what is there. */
interface Link {
  readonly name: string
  /** The origin of the zone that it was found in. */
  readonly origin: string
  /** For the answer section: the alias, a DNAME with the alias that it makes, or what was asked for. */
  readonly answer: readonly RRset[]
  /** For the other sections: the SOA of a denial, or the nameservers of a delegation and their addresses. */
  readonly others: readonly RRset[]
  /** Where an alias leads. */
  readonly next?: string
}

/** What a question leads to when it meets aliases, as a server finds it (RFC 1034 §4.3.2). */
export interface Chain {
  readonly links: readonly Link[]
  /** The links before the first that lies in another zone. BIND goes no further. */
  readonly inZone: readonly Link[]
  /** The last link leads to one of those before it. */
  readonly isLoop: boolean
}

export type Follow = (name: string, type: string) => Chain

interface Home {
  readonly origin: string
  readonly authority: Authority
  readonly records: ReadonlyMap<string, readonly RRset[]>
}

type Found = Omit<Link, 'name' | 'origin'>

const octetsOf = (name: string): number => (name === '.' ? 1 : name.length + 1)

/**
 * Follows aliases through the zones of one server.
 * @returns a function of name (canonical) and type.
 */
export const createFollower = (authorities: readonly Authority[]): Follow => {
  const homes = authorities.map(
    (authority): Home => ({ origin: authority.zone.origin, authority, records: byName(authority.answered) }),
  )
  return (first, type) => {
    const links: Link[] = []
    const isKnown = (name: string): boolean => links.some((link) => link.name === name)
    for (let name: string | undefined = first; name !== undefined && !isKnown(name); name = links.at(-1)?.next) {
      const home = findZone(homes, name)
      if (!home) break
      links.push({ name, origin: home.origin, ...look(home, name, type) })
    }
    const next = links.at(-1)?.next
    return { links, inZone: untilElsewhere(links), isLoop: next !== undefined && isKnown(next) }
  }
}

const untilElsewhere = (links: readonly Link[]): readonly Link[] => {
  const elsewhere = links.findIndex(({ origin }) => origin !== links[0]?.origin)
  return elsewhere < 0 ? links : links.slice(0, elsewhere)
}

const byName = (rrsets: readonly RRset[]): ReadonlyMap<string, readonly RRset[]> => {
  const groups = new Map<string, RRset[]>()
  for (const rrset of rrsets) groups.set(rrset.name, [...(groups.get(rrset.name) ?? []), rrset])
  return groups
}

const look = (home: Home, name: string, type: string): Found => {
  const { authority, records } = home
  const cut = authority.cuts.find((one) => isWithin(name, one.name))
  if (cut) return { answer: [], others: [cut, ...addressesFor(cut, authority)] }
  const own = records.get(name)
  if (own) return pick(own, type, authority)
  const dname = findDname(home, name)
  if (dname) return substitute(dname, name)
  const wildcard = authority.names.has(name) ? undefined : wildcardFor(authority, name)
  const synthesised = (wildcard === undefined ? [] : (records.get(wildcard) ?? [])).map((rrset) => ({ ...rrset, name }))
  return pick(synthesised, type, authority)
}

const pick = (rrsets: readonly RRset[], type: string, { soa }: Authority): Found => {
  const wanted = rrsets.find((rrset) => rrset.type === type)
  if (wanted) return { answer: [wanted], others: [] }
  const alias = rrsets.find((rrset) => rrset.type === 'CNAME')
  const [next] = alias?.rdata ?? []
  return alias && next !== undefined ? { answer: [alias], others: [], next } : { answer: [], others: [soa] }
}

const findDname = ({ origin, records }: Home, name: string): RRset | undefined =>
  [...ancestorsOf(name, origin), origin]
    .flatMap((ancestor) => records.get(ancestor) ?? [])
    .find((rrset) => rrset.type === 'DNAME' && rrset.name !== name)

/** RFC 6672 §2.2, §3.1: the DNAME itself, and an alias made by it unless its name would be too long (YXDOMAIN). */
const substitute = (dname: RRset, name: string): Found => {
  const [target = '.'] = dname.rdata
  const next = `${name.slice(0, -dname.name.length)}${target === '.' ? '' : target}`
  if (octetsOf(next) > maxWireLength) return { answer: [dname], others: [] }
  const alias = { name, type: 'CNAME', ttl: dname.ttl, rdata: [next], octets: octetsOf(next) }
  return { answer: [dname, alias], others: [], next }
}

/** The addresses that a zone has of the hosts of a delegation: a server adds them as far as there is room. */
export const addressesFor = (cut: RRset, { zone }: Authority): readonly RRset[] =>
  zone.rrsets.filter(({ name, type }) => (type === 'A' || type === 'AAAA') && cut.rdata.includes(name))
