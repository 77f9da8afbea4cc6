import { familyOf } from '../ip.ts'
import { askPatiently } from './delegation/ask.ts'
import { type Level, type WalkOptions, walkToParent } from './delegation/walk.ts'
import type { Target } from './query.ts'
import { canonicalName } from './wire/name.ts'
import { type Answered, describeReply, type Reply } from './wire/reply.ts'

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

export type Referral = Extract<ParentView, { readonly kind: 'referral' }>

export interface Delegation {
  /** Canonical. */
  readonly zone: string
  /** Where the walk from the root ended before it, the zone above whose servers did not answer. */
  readonly parentZone: string
  /** One for every address of every server of the parent zone. */
  readonly parents: readonly ParentView[]
}

/**
 * Walks from the root to the parent of a zone, and asks every server of the parent, over IPv4 and IPv6, for the delegation:
 * what a referral carries, that is NS in the authority section with AA=0, and glue in the additional section (RFC 1034
 * §4.2.1). A server that answers with AA=1 has the zone itself, and says nothing of its delegation.
 * @param options.timeoutMs for each try of each question; at most three tries.
 * @param walk to the parent of that zone, by `walkToParent` with the same options, where it is under way already.
 * @returns what each said; who did not, on the way to the parent too, is a fault there and never thrown.
 */
export const readDelegation = async (
  name: string,
  options: WalkOptions,
  walk?: Promise<Level>,
): Promise<Delegation> => {
  const zone = canonicalName(name)
  const { zone: parentZone, servers, unheard } = await (walk ?? walkToParent(zone, options))
  const asked = await Promise.all(
    servers.map(async (server) => ({ server, reply: await askPatiently(server, { name: zone, type: 'NS' }, options) })),
  )
  const lost = unheard.map((one): ParentView => ({ ...one, kind: 'fault' }))
  const family = findSilentFamily(asked)
  return { zone, parentZone, parents: [...asked.map((one) => viewOf(one, zone, family)), ...lost] }
}

interface Asked {
  readonly server: Target
  readonly reply: Reply
}

const isSilence = ({ reply }: Asked): boolean => reply.kind === 'timeout' || reply.kind === 'unreachable'

/** A family over which several servers were asked and none was heard, though they are over the other: it ends before them. */
const findSilentFamily = (asked: readonly Asked[]): 4 | 6 | undefined =>
  ([4, 6] as const).find((family) => {
    const [ours, others] = [
      asked.filter((one) => familyOf(one.server.address) === family),
      asked.filter((one) => familyOf(one.server.address) !== family),
    ]
    return ours.length > 1 && ours.every(isSilence) && others.some((one) => !isSilence(one))
  })

const viewOf = (asked: Asked, zone: string, silentFamily: 4 | 6 | undefined): ParentView => {
  const { server, reply } = asked
  const who = { server: server.name, address: server.address }
  if (reply.kind !== 'answered') {
    const isUnreachable = reply.kind === 'unreachable' || familyOf(server.address) === silentFamily
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
