import { canonicalName, isWithin, readName } from '../../lib/dns/wire/name.ts'
import { typeNumber } from '../../lib/dns/wire/record-types.ts'
import { lineage, type RRsetData, type ZoneData } from './zone-data.ts'

/** Records under the name that an answer gives them: a wildcard's bear the name that was asked for. */
export interface Given {
  readonly owner: Buffer
  readonly rrset: RRsetData
  readonly ttl: number
}

export interface Answer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED'
  readonly aa: boolean
  readonly answers: readonly Given[]
  readonly authority: readonly Given[]
  readonly additional: readonly Given[]
}

const [a, ns, cname, soa, dname, ds, aaaa, any] = ['A', 'NS', 'CNAME', 'SOA', 'DNAME', 'DS', 'AAAA', 'ANY'].map(
  typeNumber,
) as [number, number, number, number, number, number, number, number]

const longestChain = 16
const nothing = { answers: [], authority: [], additional: [] }

/** What was asked, with the name as on the wire. */
export interface Asked {
  readonly name: string
  readonly owner: Buffer
  readonly type: number
}

/** What an authoritative server with these zones answers (RFC 1034 §4.3.2), with as little in it as `minimal-responses` of BIND leaves. */
export const lookUp = (zones: readonly ZoneData[], asked: Asked): Answer => {
  const zone = zoneFor(zones, asked)
  if (!zone) return { ...nothing, rcode: 'REFUSED', aa: false }
  const answers: Given[] = []
  // without recursion, BIND follows an alias no further than to the end of its zone
  for (let at: Asked | undefined = asked; at && zoneFor(zones, at) === zone && answers.length < longestChain; ) {
    const found = lookUpIn(zone, at)
    answers.push(...found.answers)
    at = isAskedFor(asked.type) ? undefined : targetOf(found.answers, at)
    if (!at) return { ...found, aa: answers.length > 0 || found.aa, answers }
  }
  return { ...nothing, rcode: 'NOERROR', aa: true, answers }
}

/** Who asks for an alias itself is not led on. */
const isAskedFor = (type: number): boolean => type === cname || type === any

const targetOf = (answers: readonly Given[], asked: Asked): Asked | undefined => {
  const alias = answers.find(({ rrset }) => rrset.type === cname)?.rrset.rdata[0]
  return alias && { name: canonicalName(readName(alias, 0).name), owner: alias, type: asked.type }
}

/** A question for DS is one to the zone above. */
const zoneFor = (zones: readonly ZoneData[], { name, type }: Asked): ZoneData | undefined => {
  const fitting = zones
    .filter(({ origin }) => isWithin(name, origin))
    .sort((one, other) => other.origin.length - one.origin.length)
  return type === ds && fitting[0]?.origin === name ? (fitting[1] ?? fitting[0]) : fitting[0]
}

const lookUpIn = (zone: ZoneData, asked: Asked): Answer => {
  const { nodes, origin } = zone
  const path = [...lineage(asked.name, origin), origin].reverse()
  for (const name of path) {
    const node = nodes.get(name)
    const cut = name === origin ? undefined : node?.get(ns)
    if (cut && !(name === asked.name && asked.type === ds)) return referral(zone, cut)
    const redirection = name === asked.name ? undefined : node?.get(dname)
    if (redirection) return redirected(redirection, asked)
  }
  if (zone.names.has(asked.name)) return answerAt(zone, asked, nodes.get(asked.name) ?? new Map())
  const closest = [...path].reverse().find((name) => zone.names.has(name)) ?? origin
  const wildcard = nodes.get(`*.${closest}`)
  if (wildcard) return answerAt(zone, asked, wildcard)
  // whoever looks for an apex shall look again at once (zero-no-soa-ttl)
  return denial(zone, 'NXDOMAIN', asked.type === soa ? 0 : undefined)
}

const answerAt = (zone: ZoneData, { owner, type }: Asked, node: ReadonlyMap<number, RRsetData>): Answer => {
  const rrset = type === any ? [...node.values()][0] : (node.get(cname) ?? node.get(type))
  if (!rrset) return denial(zone, 'NOERROR')
  const additional = type === ns ? addressesOf(zone, rrset) : []
  return { ...nothing, rcode: 'NOERROR', aa: true, answers: [{ owner, rrset, ttl: rrset.ttl }], additional }
}

/** RFC 2308 §3: the TTL says how long the absence may be remembered. */
const denial = ({ nodes, origin }: ZoneData, rcode: 'NOERROR' | 'NXDOMAIN', longestTtl = Infinity): Answer => {
  const rrset = nodes.get(origin)?.get(soa)
  const minimum = rrset?.rdata[0]?.subarray(-4).readUInt32BE() ?? 0
  const authority = rrset ? [{ owner: rrset.owner, rrset, ttl: Math.min(rrset.ttl, minimum, longestTtl) }] : []
  return { ...nothing, rcode, aa: true, authority }
}

const referral = (zone: ZoneData, cut: RRsetData): Answer => ({
  rcode: 'NOERROR',
  aa: false,
  answers: [],
  authority: [given(cut)],
  additional: addressesOf(zone, cut),
})

/** Of nameservers, as far as the zone has them. */
const addressesOf = ({ nodes }: ZoneData, { rdata }: RRsetData): readonly Given[] =>
  rdata
    .map((data) => canonicalName(readName(data, 0).name))
    .flatMap((host) => [a, aaaa].flatMap((type) => nodes.get(host)?.get(type) ?? []))
    .map(given)

const given = (rrset: RRsetData): Given => ({ owner: rrset.owner, rrset, ttl: rrset.ttl })

/** RFC 6672 §3.1: the DNAME, and a CNAME that it makes. */
const redirected = (redirection: RRsetData, { name, owner }: Asked): Answer => {
  const prefix = owner.subarray(0, owner.length - redirection.owner.length)
  const target = Buffer.concat([prefix, redirection.rdata[0] ?? Buffer.alloc(1)])
  const alias = { name, owner, type: cname, ttl: redirection.ttl, rdata: [target] }
  return { ...nothing, rcode: 'NOERROR', aa: true, answers: [given(redirection), given(alias)] }
}
