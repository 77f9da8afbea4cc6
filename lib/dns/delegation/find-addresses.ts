import type { Target } from '../query.ts'
import { canonicalName } from '../wire/name.ts'
import { type Answered, describeReply, type Reply } from '../wire/reply.ts'
import { askOnce } from './ask.ts'
import { type WalkOptions, walkToParent } from './walk.ts'

/** What the servers that the world is led to say of a host name. */
export interface FoundAddresses {
  /** Canonical. */
  readonly host: string
  /** Of both families, as they stand in records. */
  readonly addresses: readonly string[]
  /** Where an alias stands in their place. */
  readonly alias: string | undefined
  /** Where nobody says, a sentence each: then it is not known whether there are addresses. */
  readonly silent: readonly string[]
}

const families = ['A', 'AAAA'] as const

/**
 * Looks a host name up as a resolver does that knows nothing: from the root down to the servers that have it, of which the first counts
 * that answers with authority.
 * @param options.timeoutMs for each try of each question; at most three tries.
 */
export const findAddresses = async (name: string, options: WalkOptions): Promise<FoundAddresses> => {
  const host = canonicalName(name)
  // one label more, since the walk ends above the name that it is given
  const { zone, servers, unheard } = await walkToParent(`_.${host}`, options)
  const asked = await askInRounds(servers, host, options)
  const [heard] = asked.map(({ replies }) => replies.filter(isAuthoritative)).filter(isWhole)
  if (heard) return { host, silent: [], ...readAnswers(host, heard) }
  const silent = [
    ...unheard.map(({ server, address, fault }) => `${server} (${address}): ${fault}`),
    ...asked.map(
      ({ server, replies }) =>
        `${server.name} (${server.address}) asked for ${host}: ${[...new Set(replies.map(describeReply))].join(' / ')}`,
    ),
  ]
  const nobody = silent.length > 0 ? silent : [`no server of ${zone} could be asked for ${host}`]
  return { host, addresses: [], alias: undefined, silent: nobody }
}

interface Asked {
  readonly server: Target
  readonly replies: readonly Reply[]
}

const rounds = 3

/** All of them once, and again while nobody says anything: where one does, those who are silent are not waited for any longer. */
const askInRounds = async (
  servers: readonly Target[],
  host: string,
  options: WalkOptions,
): Promise<readonly Asked[]> => {
  for (let round = 1; ; round++) {
    const asked = await Promise.all(
      servers.map(async (server) => ({
        server,
        replies: await Promise.all(families.map((type) => askOnce(server, { name: host, type }, options))),
      })),
    )
    const isSettled = asked.some(({ replies }) => isWhole(replies.filter(isAuthoritative)))
    const isSilent = asked.some(({ replies }) => replies.some(({ kind }) => kind === 'timeout'))
    if (isSettled || !isSilent || round === rounds) return asked
  }
}

const isWhole = ({ length }: readonly Answered[]): boolean => length === families.length

const isAuthoritative = (reply: Reply): reply is Answered =>
  reply.kind === 'answered' && reply.aa && (reply.rcode === 'NOERROR' || reply.rcode === 'NXDOMAIN')

const readAnswers = (host: string, heard: readonly Answered[]): Pick<FoundAddresses, 'addresses' | 'alias'> => {
  const records = heard.flatMap(({ answers }) => answers.filter(({ name }) => name === host))
  return {
    addresses: records.filter(({ type }) => type === 'A' || type === 'AAAA').map(({ rdata }) => rdata),
    alias: records.find(({ type }) => type === 'CNAME')?.rdata,
  }
}
