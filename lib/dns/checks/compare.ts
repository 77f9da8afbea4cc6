import type { RRset } from '../../zones/rrset.ts'
import type { DnsRecord } from '../wire/message.ts'
import type { Answered } from '../wire/reply.ts'

const shorten = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text)

const describeRecord = ({ name, type, rdata }: DnsRecord): string => shorten(`${name} ${type} ${rdata}`)

/** `www.example.test. 3600 CNAME example.test.`, shortened when there is much of it. */
export const describeRrset = ({ name, type, ttl, rdata }: RRset): string => {
  const first = rdata.slice(0, 3).map(shorten).join(' | ')
  return `${name} ${ttl} ${type} ${first}${rdata.length > 3 ? ` | … ${rdata.length} records` : ''}`
}

const belongsTo = ({ name, type }: RRset, record: DnsRecord): boolean =>
  record.name === name && record.type === type && record.class === 1

/** Records of an RRset that should be there and are not, as sentences. */
const missing = (expected: RRset, records: readonly DnsRecord[]): string[] => {
  const came = new Set(records.filter((record) => belongsTo(expected, record)).map(({ rdata }) => rdata))
  return expected.rdata
    .filter((rdata) => !came.has(rdata))
    .map((rdata) => `missing: ${expected.type} ${shorten(rdata)}`)
}

/**
 * What is wrong with records that may be a part of an RRset, as sentences: data too many, TTLs (authoritative data does not
 * age, so they must be equal, RFC 2181 §5.2), and records that belong to something else. Order and letter case do not count.
 */
export const contradictions = (expected: RRset, records: readonly DnsRecord[]): string[] => {
  const own = records.filter((record) => belongsTo(expected, record))
  const came = own.map(({ rdata }) => rdata)
  const wanted = new Set(expected.rdata)
  const ttls = [...new Set(own.map(({ ttl }) => ttl))].filter((ttl) => ttl !== expected.ttl)
  return [
    ...came
      .filter((rdata) => !wanted.has(rdata))
      .map((rdata) => `not in the zone file: ${expected.type} ${shorten(rdata)}`),
    ...(came.length > new Set(came).size ? ['the same record more than once'] : []),
    ...ttls.map((ttl) => `TTL ${ttl} instead of ${expected.ttl}`),
    ...records
      .filter((record) => !belongsTo(expected, record))
      .map((record) => `not asked for: ${describeRecord(record)}`),
  ]
}

/** Most RRsets are one record, and most answers right: neither `missing` nor `contradictions` would find anything in these. */
const isTheOnlyRecord = (expected: RRset, records: readonly DnsRecord[]): boolean => {
  const [record] = records
  return (
    records.length === 1 &&
    expected.rdata.length === 1 &&
    record !== undefined &&
    belongsTo(expected, record) &&
    record.rdata === expected.rdata[0] &&
    record.ttl === expected.ttl
  )
}

/** How records differ from an RRset, as sentences: data missing, and whatever contradicts it. */
export const differences = (expected: RRset, records: readonly DnsRecord[]): string[] =>
  isTheOnlyRecord(expected, records) ? [] : [...missing(expected, records), ...contradictions(expected, records)]

/** The header that an answer from our own data must have. */
export const headerFaults = (reply: Answered, rcode = 'NOERROR'): string[] => [
  ...(reply.rcode === rcode ? [] : [`${reply.rcode} instead of ${rcode}`]),
  ...(reply.aa ? [] : ['not authoritative (AA=0)']),
  ...(reply.tc ? ['truncated (TC=1)'] : []),
]

/** An authoritative answer that is this RRset and nothing else. */
export const answerFaults = (reply: Answered, expected: RRset): string[] => {
  const header = headerFaults(reply)
  return reply.rcode === 'NOERROR' ? [...header, ...differences(expected, reply.answers)] : header
}

/**
 * An answer that was cut short because it may be too long for a datagram. What is left of it is no RRset, but must not be wrong
 * either; TCP brings the whole (RFC 2181 §9).
 */
export const truncatedFaults = (reply: Answered, expected: RRset): string[] => {
  const header = headerFaults({ ...reply, tc: false })
  return reply.rcode === 'NOERROR' ? [...header, ...contradictions(expected, reply.answers)] : header
}

/** SOA data: mname rname serial refresh retry expire minimum. */
const minimumOf = ({ rdata }: RRset): number => Number(rdata[0]?.split(' ')[6])

/** The SOA record as negative answers carry it: its TTL says how long the absence may be remembered (RFC 2308 §3). */
export const negativeSoa = (soa: RRset): RRset => ({ ...soa, ttl: Math.min(soa.ttl, minimumOf(soa)) })

/** A denial: nothing in the answer, and the zone's SOA with the right TTL in the authority section. */
export const denialFaults = (reply: Answered, soa: RRset, rcode: 'NXDOMAIN' | 'NOERROR'): string[] => {
  const header = headerFaults(reply, rcode)
  if (reply.rcode !== rcode) return header
  return [
    ...header,
    ...reply.answers.map((record) => `not in the zone file: ${describeRecord(record)}`),
    ...differences(negativeSoa(soa), reply.authority).map((fault) => `authority section: ${fault}`),
  ]
}
