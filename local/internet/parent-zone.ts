import type { InternetLayout } from '../layout.ts'
import type { Domain } from './domains.ts'

export interface ParentZone {
  readonly parents: InternetLayout['parents']
  readonly domains: readonly Domain[]
  readonly serial: number
  /** Of delegations and their glue. */
  readonly ttlSeconds: number
}

/** How long the servers of a zone are remembered above the delegations we rehearse with. */
export const upperTtlSeconds = 60

/** Short, so that a domain is found soon after it has been delegated (RFC 2308). */
const negativeTtlSeconds = 2

const addressRecord = (name: string, ttlSeconds: number, address: string): string =>
  `${name}. ${ttlSeconds} ${address.includes(':') ? 'AAAA' : 'A'} ${address}`

/** NS records of a zone and the addresses of its servers. */
export const serverRecords = (owner: string, servers: ParentZone['parents']): readonly string[] => [
  ...servers.map(({ name }) => `${owner} ${upperTtlSeconds} NS ${name}.`),
  ...servers.flatMap(({ name, ipv4, ipv6 }) => [ipv4, ipv6].map((one) => addressRecord(name, upperTtlSeconds, one))),
]

/** NS and DS records: DS belongs to a delegation, and is nothing without one. */
const delegationOf = ({ name, nameservers, ds = [] }: Domain, ttlSeconds: number): readonly string[] => [
  ...nameservers.map((one) => `${name}. ${ttlSeconds} NS ${one}.`),
  ...(nameservers.length === 0 ? [] : ds).map((one) => `${name}. ${ttlSeconds} DS ${one}`),
]

/** The zone `test.`: every domain that has nameservers is delegated, with the addresses of those that are known here. */
export const parentZoneText = ({ parents, domains, serial, ttlSeconds }: ParentZone): string => {
  const used = new Set(domains.flatMap(({ nameservers }) => nameservers))
  const soa = `${serial} 3600 600 86400 ${negativeTtlSeconds}`
  return [
    `test. ${negativeTtlSeconds} SOA ${parents[0]?.name}. hostmaster.nic.test. ${soa}`,
    ...serverRecords('test.', parents),
    ...domains.flatMap((domain) => delegationOf(domain, ttlSeconds)),
    ...domains
      .flatMap(({ hosts }) => hosts)
      .filter(({ name }) => used.has(name))
      .flatMap(({ name, addresses }) => addresses.map((one) => addressRecord(name, ttlSeconds, one))),
    '',
  ].join('\n')
}
