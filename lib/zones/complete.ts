import { randomInt } from 'node:crypto'
import { canonicalName, isWithin } from '../dns/wire/name.ts'
import { soaSerial, withSerialIn } from './serial.ts'

/** Where clients reach a nameserver: the addresses of its lb. */
export interface GlueHost {
  /** `ns1.example.test`, with or without the trailing dot. */
  readonly hostname: string
  readonly ipv4: string
  readonly ipv6: string | null
  /** Parents or caches may still know it by this name, and no zone is to name it any more. */
  readonly isFormer?: boolean
}

export interface Completion {
  readonly text: string
  /** Why the source cannot be completed; empty when `text` is good. */
  readonly faults: readonly string[]
}

export interface Wrapping {
  /** `example.test.` */
  readonly origin: string
  readonly hosts: readonly GlueHost[]
  /** What `drawStandIn` gave. */
  readonly standIn: string
}

interface ZoneRecord {
  readonly owner: string
  readonly ttl: string
  readonly type: string
  readonly data: string
}

/**
 * An address that no zone file holds, since it is drawn anew for each compilation: our own lines are told by it from whatever
 * records a file has between two runs of named-compilezone. Six groups of four digits: nothing of it is ever written shorter.
 */
export const drawStandIn = (): string =>
  `2001:db8:${Array.from({ length: 6 }, () => randomInt(0x1000, 0x10000).toString(16)).join(':')}`

/**
 * A file that includes the source and gives each host of ours an address, since BIND refuses to read a zone whose nameservers
 * have none. `completeZone` puts the real ones in their place, once the TTL that they shall have is known.
 */
export const wrapSource = (file: string, { origin, hosts, standIn }: Wrapping): string =>
  [
    `$INCLUDE "${file.replaceAll('"', '\\"')}"`,
    ...hostsIn(origin, hosts).map(({ hostname }) => `${canonicalName(hostname)} 3600 IN AAAA ${standIn}`),
    '',
  ].join('\n')

const hostsIn = (origin: string, hosts: readonly GlueHost[]): readonly GlueHost[] =>
  hosts.filter(({ hostname }) => isWithin(canonicalName(hostname), origin))

const isStandIn = (line: string, standIn: string): boolean => line.split(/\s+/, 5)[4] === standIn

const recordsOf = (lines: readonly string[]): ZoneRecord[] =>
  lines.flatMap((line) => {
    const [owner, ttl, , type, data] = line.split(/\s+/, 5)
    return owner && ttl && type && data ? [{ owner: canonicalName(owner), ttl, type, data }] : []
  })

const serialFaults = (expanded: string): string[] => {
  const serial = soaSerial.exec(expanded)?.[2]
  if (serial === '0') return []
  return [`the SOA serial is ${serial}: write 0, a deployment sets it`]
}

const hostFaults = (records: readonly ZoneRecord[], hosts: readonly GlueHost[]): string[] =>
  hosts.flatMap(({ hostname }) => {
    const own = records.filter(({ owner }) => owner === canonicalName(hostname))
    const present = own.filter(({ type }) => type === 'A' || type === 'AAAA')
    return present.map(
      ({ owner, type, data }) =>
        `${owner} has an ${type} record (${data}): take it out, a deployment puts in the lb's address`,
    )
  })

const addressLines = (ttl: string, { hostname, ipv4, ipv6 }: GlueHost): string[] => [
  `${canonicalName(hostname)} ${ttl} IN A ${ipv4}`,
  ...(ipv6 === null ? [] : [`${canonicalName(hostname)} ${ttl} IN AAAA ${ipv6}`]),
]

/**
 * Puts in what only a deployment knows: the serial, and the addresses of those hosts that lie in this zone. These get the
 * TTL of the apex NS RRset, because a resolver needs both to come back.
 * @param expanded one record a line, as `named-compilezone -s full` prints.
 */
export const completeZone = (
  expanded: string,
  { origin, serial, hosts, standIn }: Wrapping & { readonly serial: number },
): Completion => {
  const lines = expanded.split('\n').filter((line) => line.trim() !== '' && !isStandIn(line, standIn))
  const source = lines.join('\n')
  const records = recordsOf(lines)
  const inZone = hostsIn(origin, hosts)
  const ttl = records.find(({ owner, type }) => owner === origin && type === 'NS')?.ttl ?? '3600'
  const added = inZone.flatMap((host) => addressLines(ttl, host))
  return {
    text: `${[withSerialIn(source, serial), ...added].join('\n')}\n`,
    faults: [...serialFaults(source), ...hostFaults(records, inZone)],
  }
}
