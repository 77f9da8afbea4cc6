import { InfraError } from '../errors.ts'
import { type AskOptions, askOnce } from './delegation-ask.ts'
import type { DnsRecord } from './message.ts'
import { canonicalName, isWithin, parentOf } from './name.ts'
import type { Target } from './query.ts'
import { type Answered, describeReply, type Endpoint } from './reply.ts'

/** A zone, and the servers that its parent refers to. */
export interface Level {
  /** Canonical. */
  readonly zone: string
  readonly servers: readonly Target[]
  /** Names of servers of which no address was found. */
  readonly withoutAddress: readonly string[]
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

/**
 * Walks from the root to the zone that delegates `name`, by questions for one label more at a time (RFC 9156 §2), so that
 * a server of several levels cannot hide one of them. One server a level is asked, the next one where it does not answer.
 * @param name canonical, not the root.
 * @returns the parent zone with every address, of both families, of every server: from glue, or looked up by such walks.
 * @throws InfraError (exit code 8) when no server of a level answers with authority or a referral.
 */
export const walkToParent = async (name: string, options: WalkOptions): Promise<Level> => {
  const cuts = await descend(parentOf(name), options, 0)
  const last = cuts.at(-1)
  return last ? resolveServers(last, options, 0) : rootOf(options)
}

const rootOf = ({ roots }: WalkOptions): Level => ({
  zone: '.',
  servers: roots.map((root) => ({ name: 'root', address: root.address, port: root.port })),
  withoutAddress: [],
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
  const faults = new Set<string>()
  for (let attempt = 0; attempt < attempts; attempt++) {
    const server = servers[attempt % servers.length]
    if (!server) break
    const reply = await askOnce(server, asked, options)
    if (reply.kind === 'answered' && isUsable(reply, asked.name)) return reply
    faults.add(`${server.name} (${server.address}): ${describeReply(reply)}`)
  }
  const seen = faults.size > 0 ? [...faults] : ['none of them has an address']
  throw new InfraError(`No server of ${zone} could be asked for ${asked.name}:\n  ${seen.join('\n  ')}`, {
    exitCode: 8,
    hint: 'Look whether port 53 is open to the outside from here, and whether anything on the way answers in place of the servers asked.',
  })
}

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
  return servers.length > 0 ? { zone: cut.zone, servers, withoutAddress: [] } : resolveServers(cut, options, depth)
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
    withoutAddress: found.filter(({ servers }) => servers.length === 0).map(({ name }) => name),
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
    options.signal?.throwIfAborted()
    if (error instanceof InfraError) return []
    throw error
  }
}
