import { describeRemaining } from '../../time.ts'
import { canonicalName } from '../wire/name.ts'
import { describeReply, type Reply } from '../wire/reply.ts'
import { askPatiently } from './ask.ts'
import { type Level, type WalkOptions, walkToParent } from './walk.ts'

/** What one address of one server of the parent zone says of the DS records of a zone. */
type DsView = { readonly server: string; readonly address: string } & (
  | {
      readonly kind: 'records'
      readonly keyTags: readonly number[]
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
      readonly keyTags: readonly number[]
      /** Seconds, the longest. */
      readonly ttl: number
      readonly at: readonly string[]
    }
  /** `silent` a sentence each, never empty. */
  | { readonly kind: 'unknown'; readonly silent: readonly string[] }

export interface DsReading {
  /** Canonical. */
  readonly zone: string
  readonly parentZone: string
  readonly state: DsState
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
  return { zone, parentZone, state: dsStateOf([...views, ...lost]) }
}

type Said<V> = V extends DsView ? Omit<V, 'server' | 'address'> : never

const whatItSays = (reply: Reply, zone: string): Said<DsView> => {
  const fault = { kind: 'fault', fault: `asked for DS: ${describeReply(reply)}` } as const
  if (reply.kind !== 'answered' || !reply.aa) return fault
  const records = reply.answers.filter(({ name, type }) => type === 'DS' && name === zone)
  if (records.length > 0) {
    const keyTags = records.map(({ rdata }) => Number(rdata.split(' ')[0]))
    return { kind: 'records', keyTags, ttl: Math.max(...records.map(({ ttl }) => ttl)) }
  }
  const isEmpty = (reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN') && reply.answers.length === 0
  // the zone's own server has no DS records, and its word is not the parent's
  const isOfParent = reply.authority.some(({ name, type }) => type === 'SOA' && name !== zone)
  return isEmpty && isOfParent ? { kind: 'none' } : fault
}

/** Pure. A server that was heard at one of its addresses has had its say. */
const dsStateOf = (views: readonly DsView[]): DsState => {
  const shown = views.flatMap((view) => (view.kind === 'records' ? [view] : []))
  if (shown.length > 0) {
    return {
      kind: 'records',
      keyTags: [...new Set(shown.flatMap(({ keyTags }) => keyTags))].sort((a, b) => a - b),
      ttl: Math.max(...shown.map(({ ttl }) => ttl)),
      at: shown.map(placeOf),
    }
  }
  const heard = new Set(views.filter(({ kind }) => kind === 'none').map(({ server }) => server))
  const silent = views.flatMap((view) =>
    view.kind === 'fault' && !heard.has(view.server) ? [`${placeOf(view)}: ${view.fault}`] : [],
  )
  if (views.length === 0) return { kind: 'unknown', silent: ['no server of the parent could be asked for DS'] }
  return silent.length > 0 ? { kind: 'unknown', silent } : { kind: 'none' }
}

const placeOf = ({ server, address }: DsView): string => `${server} (${address})`

/** Zones here are not signed, so any DS record of one of them makes validating resolvers refuse all of it. None when there is none. */
export const findDsFaults = ({ zone, parentZone, state }: DsReading): readonly string[] => {
  if (state.kind !== 'records') return []
  const { keyTags, ttl, at } = state
  const [first = ''] = at
  const where = at.length > 1 ? `${first} and ${at.length - 1} more` : first
  return [
    `${parentZone} has DS ${keyTags.join(', ')} of ${zone} (${where}; TTL ${describeRemaining(ttl * 1000)}), our zone has no such DNSKEY (RFC 4035 §5): validating resolvers take its answers for forged until the registrar removes it`,
  ]
}
