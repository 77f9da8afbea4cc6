import type { Target } from '../query.ts'
import type { DnsRecord } from '../wire/message.ts'
import { canonicalName, isWithin, parentOf } from '../wire/name.ts'
import { type Answered, describeReply, type Endpoint } from '../wire/reply.ts'
import { type AskOptions, askOnce } from './ask.ts'

/** A server that had no say, and why. */
interface Unheard {
  readonly server: string
  readonly address: string
  readonly fault: string
}

/** A zone, and the servers that its parent refers to. */
export interface Level {
  /** Canonical. */
  readonly zone: string
  readonly servers: readonly Target[]
  /** Servers that cannot be asked at all, such as those without an address. */
  readonly unheard: readonly Unheard[]
}

export interface WalkOptions extends AskOptions {
  /** Where the walk begins; every other server is asked on the port of the first of them. */
  readonly roots: readonly Endpoint[]
}

interface Cut {
  readonly zone: string
  readonly names: readonly string[]
  readonly glue: readonly DnsRecord[]
}

const families = ['A', 'AAAA'] as const
/** Names of servers may lie in zones whose servers have to be looked up in turn. */
const deepestLookup = 3
/** Until a level counts as silent. */
const attempts = 8
/** As many of them go on to the next server soon: one that is gone is met on each way from the root. */
const hastyAttempts = 4
const hastyMs = 500

/** No server of a level answers with authority or a referral. */
class LostError extends Error {
  readonly level: Level

  constructor(zone: string, unheard: readonly Unheard[]) {
    super(`no server of ${zone} answers`)
    const nobody = { server: `every server of ${zone}`, address: 'no address', fault: 'none of them has an address' }
    this.level = { zone, servers: [], unheard: unheard.length > 0 ? unheard : [nobody] }
  }
}

/**
 * Walks from the root to the zone that delegates `name`, by questions for one label more at a time (RFC 9156 §2), so that
 * a server of several levels cannot hide one of them. One server a level is asked, the next one where it does not answer.
 * @param name canonical, not the root.
 * @returns the parent zone with every address, of both families, of every server: from glue, or looked up by such walks. Where
 * the walk ends before it, since no server of a level answers with authority or a referral: that level, with none to ask.
 */
export const walkToParent = async (name: string, options: WalkOptions): Promise<Level> => {
  try {
    const cuts = await descend(parentOf(name), options, 0)
    const last = cuts.at(-1)
    return last ? await resolveServers(last, options, 0) : rootOf(options)
  } catch (error) {
    if (error instanceof LostError) return error.level
    throw error
  }
}

const rootOf = ({ roots }: WalkOptions): Level => ({
  zone: '.',
  servers: roots.map((root) => ({ name: 'root', address: root.address, port: root.port })),
  unheard: [],
})

/** `www.example.test.` → `test.`, `example.test.`, `www.example.test.` */
const lineage = (name: string): readonly string[] => (name === '.' ? [] : [...lineage(parentOf(name)), name])

/** The zone cuts from the root down to a name, itself included. */
const descend = async (name: string, options: WalkOptions, depth: number): Promise<readonly Cut[]> => {
  const cuts: Cut[] = []
  let level = rootOf(options)
  for (const next of lineage(name)) {
    const cut = cutAt(await askLevel(level, { name: next, type: 'NS' }, options), next)
    if (!cut) continue
    cuts.push(cut)
    // The servers of the last cut are of no use to this walk, and to look them up may be dear.
    if (next !== name) level = await reachServers(cut, options, depth)
  }
  return cuts
}

/** A referral to the zone, or the zone's own word where the server has it too. */
const cutAt = ({ aa, answers, authority, additional }: Answered, zone: string): Cut | undefined => {
  const records = (aa ? answers : authority).filter((record) => record.type === 'NS' && record.name === zone)
  if (records.length === 0) return undefined
  return { zone, names: records.map(({ rdata }) => canonicalName(rdata)).sort(), glue: additional }
}

const askLevel = async (
  { zone, servers }: Level,
  asked: { readonly name: string; readonly type: string },
  options: WalkOptions,
): Promise<Answered> => {
  const unheard = new Map<string, Unheard>()
  for (let attempt = 0; attempt < attempts; attempt++) {
    const server = servers[attempt % servers.length]
    if (!server) break
    const reply = await askOnce(server, asked, attempt < hastyAttempts ? hastily(options) : options)
    if (reply.kind === 'answered' && isUsable(reply, asked.name)) return reply
    const { name, address } = server
    unheard.set(address, {
      server: name,
      address,
      fault: `asked for ${asked.name} ${asked.type}: ${describeReply(reply)}`,
    })
  }
  throw new LostError(zone, [...unheard.values()])
}

const hastily = (options: WalkOptions): WalkOptions => ({
  ...options,
  timeoutMs: Math.min(options.timeoutMs ?? hastyMs, hastyMs),
})

/** An upward referral, or an answer without authority (from a resolver on the way), says nothing. */
const isUsable = ({ rcode, aa, authority }: Answered, name: string): boolean =>
  rcode === 'NXDOMAIN'
    ? aa
    : rcode === 'NOERROR' && (aa || authority.some((record) => record.type === 'NS' && isWithin(record.name, name)))

const addressesIn = (records: readonly DnsRecord[], name: string, type: string): readonly string[] =>
  records.filter((record) => record.name === name && record.type === type).map(({ rdata }) => rdata)

const targetsOf = (name: string, addresses: readonly string[], { roots }: WalkOptions): readonly Target[] =>
  addresses.map((address) => ({ name: name.replace(/\.$/, ''), address, port: roots[0]?.port ?? 53 }))

/** Enough servers to go on with: those with glue, and only where there is none those that have to be looked up. */
const reachServers = async (cut: Cut, options: WalkOptions, depth: number): Promise<Level> => {
  const servers = cut.names.flatMap((name) =>
    families.flatMap((type) => targetsOf(name, addressesIn(cut.glue, name, type), options)),
  )
  return servers.length > 0 ? { zone: cut.zone, servers, unheard: [] } : resolveServers(cut, options, depth)
}

const resolveServers = async (cut: Cut, options: WalkOptions, depth: number): Promise<Level> => {
  const found = await Promise.all(
    cut.names.map(async (name) => {
      const lookUp = async (type: string): Promise<readonly string[]> => {
        const glue = addressesIn(cut.glue, name, type)
        return glue.length > 0 ? glue : lookUpAddresses(name, type, options, depth + 1)
      }
      return { name, servers: targetsOf(name, (await Promise.all(families.map(lookUp))).flat(), options) }
    }),
  )
  return {
    zone: cut.zone,
    servers: found.flatMap(({ servers }) => servers),
    unheard: found
      .filter(({ servers }) => servers.length === 0)
      .map(({ name }) => ({ server: name, address: 'no address', fault: 'no address of it could be found' })),
  }
}

/** The addresses that a name's own zone gives it; none where that cannot be found out. */
const lookUpAddresses = async (
  name: string,
  type: string,
  options: WalkOptions,
  depth: number,
): Promise<readonly string[]> => {
  if (depth > deepestLookup) return []
  try {
    const cut = (await descend(name, options, depth)).at(-1)
    const level = cut ? await reachServers(cut, options, depth) : rootOf(options)
    const { answers } = await askLevel(level, { name, type }, options)
    return addressesIn(answers, name, type)
  } catch (error) {
    if (error instanceof LostError) return []
    throw error
  }
}
