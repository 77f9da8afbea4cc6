import type { GlueRecord } from '../delegation.ts'
import type { Target } from '../query.ts'
import type { DnsRecord } from '../wire/message.ts'
import { canonicalName } from '../wire/name.ts'
import { describeReply } from '../wire/reply.ts'
import { type AskOptions, askPatiently } from './ask.ts'

/** What one of a zone's own servers says of the zone's nameservers. */
export interface ChildView {
  readonly server: string
  readonly address: string
  /** Undefined when it did not answer with authority. Names canonical, sorted; TTL in seconds. */
  readonly ns: { readonly names: readonly string[]; readonly ttl: number } | undefined
  readonly addresses: readonly GlueRecord[]
  /** What came instead, a sentence a question. */
  readonly faults: readonly string[]
  /** It refused every question: it does not have the zone. */
  readonly isRefused: boolean
}

/**
 * Asks every target for the NS RRset of a zone and for the addresses of the host names in it. What is not answered with
 * authority (AA=1) is told in `faults`, and never thrown.
 * @param hosts names that lie in the zone.
 */
export const readChild = (
  targets: readonly Target[],
  zone: string,
  hosts: readonly string[],
  options: AskOptions = {},
): Promise<readonly ChildView[]> => Promise.all(targets.map((target) => viewOf(target, zone, hosts, options)))

const viewOf = async (
  target: Target,
  zone: string,
  hosts: readonly string[],
  options: AskOptions,
): Promise<ChildView> => {
  const faults: string[] = []
  let refused = 0
  const ask = async (name: string, type: string): Promise<readonly DnsRecord[]> => {
    const reply = await askPatiently(target, { name, type }, options)
    if (reply.kind === 'answered' && reply.aa) {
      return reply.answers.filter((record) => record.type === type && record.name === name)
    }
    if (reply.kind === 'answered' && reply.rcode === 'REFUSED') refused += 1
    faults.push(`${target.name} (${target.address}) asked for ${name} ${type}: ${describeReply(reply)}`)
    return []
  }
  const addressesOf = async (name: string, type: GlueRecord['type']): Promise<readonly GlueRecord[]> =>
    (await ask(name, type)).map(({ rdata, ttl }) => ({ name, type, address: rdata, ttl }))

  const names = hosts.map(canonicalName)
  const [ns, ...addresses] = await Promise.all([
    ask(canonicalName(zone), 'NS'),
    ...names.flatMap((name) => [addressesOf(name, 'A'), addressesOf(name, 'AAAA')]),
  ])
  const [first] = ns
  return {
    server: target.name,
    address: target.address,
    ns: first && { names: ns.map(({ rdata }) => canonicalName(rdata)).sort(), ttl: first.ttl },
    addresses: addresses.flat(),
    faults,
    isRefused: refused === 1 + 2 * names.length,
  }
}
