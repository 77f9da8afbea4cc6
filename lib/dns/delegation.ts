import { isIPv6 } from 'node:net'
import { canonicalAddresses } from '../ip.ts'
import { askPatiently } from './delegation-ask.ts'
import { type WalkOptions, walkToParent } from './delegation-walk.ts'
import { canonicalName, isWithin } from './name.ts'
import type { Target } from './query.ts'
import { type Answered, describeReply, type Reply } from './reply.ts'

export interface GlueRecord {
  /** Canonical. */
  readonly name: string
  readonly type: 'A' | 'AAAA'
  readonly address: string
  /** Seconds. */
  readonly ttl: number
}

/** What one address of one server of the parent zone says of the delegation. */
export type ParentView = { readonly server: string; readonly address: string } & (
  | {
      readonly kind: 'referral'
      /** Canonical, sorted. */
      readonly ns: readonly string[]
      /** Seconds. */
      readonly nsTtl: number
      /** Of the names in `ns` only. */
      readonly glue: readonly GlueRecord[]
    }
  /** The zone does not exist there: it is not delegated. */
  | { readonly kind: 'absent' }
  /** From here the server cannot be reached at all, as when there is no IPv6. */
  | { readonly kind: 'unreachable'; readonly fault: string }
  | { readonly kind: 'fault'; readonly fault: string }
)

type Referral = Extract<ParentView, { readonly kind: 'referral' }>

export interface Delegation {
  /** Canonical. */
  readonly zone: string
  readonly parentZone: string
  /** One for every address of every server of the parent zone. */
  readonly parents: readonly ParentView[]
}

/**
 * Walks from the root to the parent of a zone, and asks every server of the parent, over IPv4 and IPv6, for the delegation:
 * what a referral carries, that is NS in the authority section with AA=0, and glue in the additional section (RFC 1034
 * §4.2.1). A server that answers with AA=1 has the zone itself, and says nothing of its delegation.
 * @param options.timeoutMs for each try of each question; at most three tries.
 * @throws InfraError (exit code 8) when the parent cannot be found; what its servers answer, or do not, is never thrown.
 */
export const readDelegation = async (name: string, options: WalkOptions): Promise<Delegation> => {
  const zone = canonicalName(name)
  const { zone: parentZone, servers, withoutAddress } = await walkToParent(zone, options)
  const asked = await Promise.all(
    servers.map(async (server) => ({ server, reply: await askPatiently(server, { name: zone, type: 'NS' }, options) })),
  )
  const lost = withoutAddress.map((server): ParentView => {
    return { server, address: 'no address', kind: 'fault', fault: 'no address of it could be found' }
  })
  const unheard = findSilentFamily(asked)
  return { zone, parentZone, parents: [...asked.map((one) => viewOf(one, zone, unheard)), ...lost] }
}

interface Asked {
  readonly server: Target
  readonly reply: Reply
}

const familyOf = ({ server }: Asked): 'IPv4' | 'IPv6' => (isIPv6(server.address) ? 'IPv6' : 'IPv4')
const isSilence = ({ reply }: Asked): boolean => reply.kind === 'timeout' || reply.kind === 'unreachable'

/** A family over which several servers were asked and none was heard, though they are over the other: it ends before them. */
const findSilentFamily = (asked: readonly Asked[]): string | undefined =>
  (['IPv4', 'IPv6'] as const).find((family) => {
    const [ours, others] = [
      asked.filter((one) => familyOf(one) === family),
      asked.filter((one) => familyOf(one) !== family),
    ]
    return ours.length > 1 && ours.every(isSilence) && others.some((one) => !isSilence(one))
  })

const viewOf = (asked: Asked, zone: string, unheard: string | undefined): ParentView => {
  const { server, reply } = asked
  const who = { server: server.name, address: server.address }
  if (reply.kind !== 'answered') {
    const isUnreachable = reply.kind === 'unreachable' || familyOf(asked) === unheard
    return { ...who, kind: isUnreachable ? 'unreachable' : 'fault', fault: reply.detail }
  }
  if (reply.aa && isDenial(reply)) return { ...who, kind: 'absent' }
  const referral = referralOf(reply, zone)
  if (reply.rcode !== 'NOERROR' || reply.aa || referral.ns.length === 0) {
    const what = reply.aa ? 'answers for the zone itself, so it says nothing of its delegation' : 'no referral'
    return { ...who, kind: 'fault', fault: `${what}: ${describeReply(reply)}` }
  }
  return { ...who, kind: 'referral', ...referral }
}

const isDenial = ({ rcode, answers }: Answered): boolean =>
  rcode === 'NXDOMAIN' || (rcode === 'NOERROR' && answers.length === 0)

const referralOf = ({ authority, additional }: Answered, zone: string): Pick<Referral, 'ns' | 'nsTtl' | 'glue'> => {
  const records = authority.filter(({ name, type }) => type === 'NS' && name === zone)
  const ns = records.map(({ rdata }) => canonicalName(rdata)).sort()
  const glue = additional.flatMap(({ name, type, rdata, ttl }): readonly GlueRecord[] =>
    (type === 'A' || type === 'AAAA') && ns.includes(name) ? [{ name, type, address: rdata, ttl }] : [],
  )
  return { ns, nsTtl: Math.max(0, ...records.map(({ ttl }) => ttl)), glue }
}

/** What has to be at the parents; what is undefined is not looked at. */
export interface WantedDelegation {
  readonly ns: readonly string[] | undefined
  readonly glue: readonly { readonly name: string; readonly addresses: readonly string[] }[]
}

/** In which way each parent server differs from what is wanted, a sentence each; none when all of them show it. Pure. */
export const findDelegationFaults = (delegation: Delegation, wanted: WantedDelegation): readonly string[] => {
  const seen = delegation.parents.filter((parent) => !isExcused(delegation, parent))
  const faults = seen.flatMap((parent) =>
    faultsOf(delegation.zone, parent, wanted).map((fault) => `${parent.server} (${parent.address}): ${fault}`),
  )
  return seen.length > 0 ? faults : [`no server of ${delegation.parentZone} could be asked for ${delegation.zone}`]
}

/** A server that cannot be reached over one family has its say over the other. */
const isExcused = ({ parents }: Delegation, { kind, server }: ParentView): boolean =>
  kind === 'unreachable' &&
  parents.some((other) => other.server === server && (other.kind === 'referral' || other.kind === 'absent'))

const faultsOf = (zone: string, parent: ParentView, wanted: WantedDelegation): readonly string[] => {
  if (parent.kind === 'absent') return [`${zone} is not delegated`]
  if (parent.kind !== 'referral') return [parent.fault]
  return [...nsFaults(parent, wanted.ns), ...wanted.glue.flatMap((host) => glueFaults(zone, parent, host))]
}

interface Difference {
  readonly missing: readonly string[]
  readonly surplus: readonly string[]
}

const differenceOf = (shown: readonly string[], wanted: readonly string[]): Difference => ({
  missing: wanted.filter((one) => !shown.includes(one)),
  surplus: shown.filter((one) => !wanted.includes(one)),
})

const describeDifference = (what: string, { missing, surplus }: Difference): readonly string[] => {
  if (missing.length === 0 && surplus.length === 0) return []
  const parts = [
    ...(surplus.length > 0 ? [`still shows ${surplus.join(' and ')}`] : []),
    ...(missing.length > 0 ? [`lacks ${missing.join(' and ')}`] : []),
  ]
  return [`${what} ${parts.join(' and ')}`]
}

const nsFaults = ({ ns }: Referral, wanted: readonly string[] | undefined): readonly string[] =>
  wanted === undefined ? [] : describeDifference('the NS set', differenceOf(ns, wanted.map(canonicalName)))

const glueFaults = (
  zone: string,
  parent: Referral,
  { name: host, addresses }: WantedDelegation['glue'][number],
): readonly string[] => {
  const name = canonicalName(host)
  if (stateOf(zone, parent, name) === 'none-needed') return []
  return describeDifference(`the glue of ${name}`, differenceOf(shownBy(parent, name), canonicalAddresses(addresses)))
}

const shownBy = ({ glue }: Referral, name: string): readonly string[] =>
  canonicalAddresses(glue.filter((record) => record.name === name).map(({ address }) => address))

/**
 * Glue is needed for names below the zone (RFC 9471 §2.1); for others a parent may leave it out, but what it shows counts.
 * A host that the zone does not use has none.
 */
const stateOf = (zone: string, parent: Referral, name: string): 'none-needed' | 'looked-at' =>
  parent.ns.includes(name) && (isWithin(name, zone) || shownBy(parent, name).length > 0) ? 'looked-at' : 'none-needed'

/** `shown`: every parent server shows exactly this · `none-needed`: they show nothing of the host, and need not. */
export type GlueState = 'shown' | 'differs' | 'none-needed'

/** How the glue of one host stands at the parents of a zone; what cannot be read differs. Pure. */
export const glueStateOf = (delegation: Delegation, host: string, addresses: readonly string[]): GlueState => {
  if (findDelegationFaults(delegation, { ns: undefined, glue: [{ name: host, addresses }] }).length > 0)
    return 'differs'
  const name = canonicalName(host)
  const isLookedAt = (parent: ParentView): boolean =>
    parent.kind === 'referral' && stateOf(delegation.zone, parent, name) === 'looked-at'
  return delegation.parents.some(isLookedAt) ? 'shown' : 'none-needed'
}

/** Whether every parent server shows exactly these addresses as glue of a host, wherever glue of it is shown or needed. */
export const showsOnly = (delegation: Delegation, host: string, addresses: readonly string[]): boolean =>
  glueStateOf(delegation, host, addresses) !== 'differs'

/** `example.test.: 4 of 4 addresses of servers of test. delegate to ns1.example.test. ns2.example.test.`. */
export const describeDelegation = ({ zone, parentZone, parents }: Delegation): string => {
  const lists = parents.flatMap((parent) => (parent.kind === 'referral' ? [parent.ns.join(' ')] : []))
  const count = `${lists.length} of ${parents.length} addresses of servers of ${parentZone}`
  if (lists.length > 0) return `${zone}: ${count} delegate to ${[...new Set(lists)].join(' or to ')}`
  if (parents.some(({ kind }) => kind === 'absent')) return `${zone}: not delegated by ${parentZone}`
  const faults = parents.flatMap((parent) => ('fault' in parent ? [parent.fault] : []))
  return `${zone}: no server of ${parentZone} says how it is delegated: ${[...new Set(faults)].join('; ')}`
}
