import { describeRemaining } from '../../time.ts'
import { isOfAny } from '../dnssec/ds.ts'
import { canonicalName } from '../wire/name.ts'
import { describeReply, type Reply } from '../wire/reply.ts'
import { askPatiently } from './ask.ts'
import { type Level, type WalkOptions, walkToParent } from './walk.ts'

/** What one address of one server of the parent zone says of the DS records of a zone. */
type DsView = { readonly server: string; readonly address: string } & (
  | {
      readonly kind: 'records'
      /** `rdata` each. */
      readonly ds: readonly string[]
      /** Seconds. */
      readonly ttl: number
    }
  /** Denied, with the parent's authority. */
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly fault: string }
)

/** `records`: a server has some, whatever the others say · `none`: every server was heard, and denies them · `unknown`. */
type DsState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'records'
      /** Seconds, the longest. */
      readonly ttl: number
      readonly sets: readonly DsSet[]
    }
  /** `silent` a sentence each, never empty. */
  | { readonly kind: 'unknown'; readonly silent: readonly string[] }

interface DsSet {
  /** `a.nic.test (2001:db8::1)` */
  readonly at: string
  /** `rdata` each: `3529 13 2 0A…`. */
  readonly ds: readonly string[]
}

export interface DsReading {
  /** Canonical. */
  readonly zone: string
  readonly parentZone: string
  readonly state: DsState
  /** What each address of each server says that was heard, none where it has none. */
  readonly heard: readonly DsSet[]
  /** A sentence for each server that was not heard at any address. */
  readonly silent: readonly string[]
}

/**
 * Asks every server of the parent of a zone for the zone's DS records, which are the parent's own (RFC 4035 §3.1.4.1): they come
 * with AA=1, and so does their denial, by the SOA record of the parent. A referral denies nothing where the parent is unsigned.
 * @param options.timeoutMs for each try of each question; at most three tries.
 * @param walk to the parent of that zone, by `walkToParent` with the same options, where it is under way already.
 */
export const readDs = async (name: string, options: WalkOptions, walk?: Promise<Level>): Promise<DsReading> => {
  const zone = canonicalName(name)
  const { zone: parentZone, servers, unheard } = await (walk ?? walkToParent(zone, options))
  const views = await Promise.all(
    servers.map(async ({ name: server, address, port }): Promise<DsView> => {
      const reply = await askPatiently({ address, port }, { name: zone, type: 'DS' }, options)
      return { server, address, ...whatItSays(reply, zone) }
    }),
  )
  const lost = unheard.map((one): DsView => ({ ...one, kind: 'fault' }))
  return { zone, parentZone, ...readingOf([...views, ...lost]) }
}

type Said<V> = V extends DsView ? Omit<V, 'server' | 'address'> : never

const whatItSays = (reply: Reply, zone: string): Said<DsView> => {
  const fault = { kind: 'fault', fault: `asked for DS: ${describeReply(reply)}` } as const
  if (reply.kind !== 'answered' || !reply.aa) return fault
  const records = reply.answers.filter(({ name, type }) => type === 'DS' && name === zone)
  if (records.length > 0) {
    const ds = records.map(({ rdata }) => rdata).sort()
    return { kind: 'records', ds, ttl: Math.max(...records.map(({ ttl }) => ttl)) }
  }
  const isEmpty = (reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN') && reply.answers.length === 0
  // the zone's own server has no DS records, and its word is not the parent's
  const isOfParent = reply.authority.some(({ name, type }) => type === 'SOA' && name !== zone)
  return isEmpty && isOfParent ? { kind: 'none' } : fault
}

/** Pure. A server that was heard at one of its addresses has had its say. */
const readingOf = (views: readonly DsView[]): Pick<DsReading, 'state' | 'heard' | 'silent'> => {
  const spoken = views.flatMap((view) => (view.kind === 'fault' ? [] : [view]))
  const silent = views.flatMap((view) =>
    view.kind === 'fault' && spoken.every(({ server }) => server !== view.server)
      ? [`${placeOf(view)}: ${view.fault}`]
      : [],
  )
  const unasked = views.length === 0 ? ['no server of the parent could be asked for DS'] : []
  return {
    state: dsStateOf(views, [...silent, ...unasked]),
    heard: spoken.map((view) => ({ at: placeOf(view), ds: view.kind === 'records' ? view.ds : [] })),
    silent: [...silent, ...unasked],
  }
}

const dsStateOf = (views: readonly DsView[], silent: readonly string[]): DsState => {
  const shown = views.flatMap((view) => (view.kind === 'records' ? [view] : []))
  if (shown.length > 0) {
    return {
      kind: 'records',
      ttl: Math.max(...shown.map(({ ttl }) => ttl)),
      sets: shown.map((view) => ({ at: placeOf(view), ds: view.ds })),
    }
  }
  return silent.length > 0 ? { kind: 'unknown', silent } : { kind: 'none' }
}

const placeOf = ({ server, address }: DsView): string => `${server} (${address})`

/**
 * What makes validating resolvers refuse all of a zone: DS records, none of which points at a key of it (RFC 4035 §5). A server of the
 * parent has its say alone, since a resolver asks but one. None when there is nothing wrong.
 * @param published `rdata` of the zone's DNSKEY records; none for one that is not signed.
 */
export const findDsFaults = (
  { zone, parentZone, state }: DsReading,
  published: readonly string[] = [],
): readonly string[] => {
  if (state.kind !== 'records') return []
  const wrong = state.sets.filter(({ ds }) => !ds.some((one) => isOfAny(zone, one, published)))
  const [first, ...others] = wrong
  if (!first) return []
  const where = others.length > 0 ? `${first.at} and ${others.length} more` : first.at
  const has = `${parentZone} has DS ${tagsOf(wrong).join(', ')} of ${zone} (${where}; TTL ${describeRemaining(state.ttl * 1000)})`
  const until = published.length > 0 ? 'has it point at a key of the zone' : 'removes it'
  return [
    `${has}, our zone has no such DNSKEY (RFC 4035 §5): validating resolvers take its answers for forged until the registrar ${until}`,
  ]
}

/**
 * What is not as it should be of a zone's DS records, though it may harm nobody yet: also such as nobody here has asked for, or would.
 * @param published as `findDsFaults` takes it.
 */
export const findDsDrift = (reading: DsReading, published: readonly string[] = []): readonly string[] => [
  ...findDsFaults(reading, published),
  ...findStrangers(reading, published),
  ...findWeak(reading, published),
]

/** DS records that point at no key of the zone, beside one that does: resolvers pass over them, but nobody here has asked for them. */
const findStrangers = (reading: DsReading, published: readonly string[]): readonly string[] => {
  const { zone, parentZone } = reading
  const strange = narrowed(reading, (one) => !isOfAny(zone, one, published)).filter(({ isAll }) => !isAll)
  const [first] = strange
  return first
    ? [
        `${parentZone} has DS ${tagsOf(strange).join(', ')} of ${zone} beside that of its key (${first.at}): have the registrar remove it`,
      ]
    : []
}

/** Of digest type 1, which must not be used for a delegation (RFC 8624 §3.3): where it is all there is, some resolvers take the zone for unsigned. */
const findWeak = (reading: DsReading, published: readonly string[]): readonly string[] => {
  const { zone, parentZone } = reading
  const weak = narrowed(reading, (one) => one.split(' ')[2] === '1' && isOfAny(zone, one, published))
  const [first] = weak
  return first
    ? [
        `${parentZone} has DS ${tagsOf(weak).join(', ')} of ${zone} by SHA-1 (${first.at}), which must not be used any more (RFC 8624 §3.3): have the registrar publish one by SHA-256, and remove this one then`,
      ]
    : []
}

/** Some of the DS records, of those servers that have such. */
const narrowed = ({ state }: DsReading, isMeant: (ds: string) => boolean): readonly (DsSet & { isAll: boolean })[] =>
  state.kind === 'records'
    ? state.sets.flatMap(({ at, ds }) => {
        const meant = ds.filter(isMeant)
        return meant.length > 0 ? [{ at, ds: meant, isAll: meant.length === ds.length }] : []
      })
    : []

const tagsOf = (sets: readonly DsSet[]): readonly number[] =>
  [...new Set(sets.flatMap(({ ds }) => ds.map((one) => Number(one.split(' ')[0]))))].sort((a, b) => a - b)
