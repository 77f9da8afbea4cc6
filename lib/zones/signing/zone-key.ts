import { keyTagOf } from '../../dns/dnssec/key-tag.ts'
import { canonicalName } from '../../dns/wire/name.ts'

/** The public half of a key that signs a zone, everything in it: alone, or beside the one that takes its place. */
export interface ZoneKey {
  /** `example.test.` */
  readonly origin: string
  /** `Kexample.test.+013+03529`: what the names of its files begin with. */
  readonly name: string
  readonly tag: number
  readonly ttlSeconds: number
  /** The data of that record, as on the wire (RFC 4034 §2.1). */
  readonly rdata: Buffer
  /** Another takes its place; it signs until every cache has learnt that one. */
  readonly isLeaving: boolean
}

/** ECDSA P-256 with SHA-256 (RFC 6605), flags of a key that a DS record may point at (RFC 4034 §2.1.1). */
const algorithm = 13
const flags = 257
const publicKeyOctets = 64
/** Flags, protocol and algorithm, before the public key. */
export const headOctets = 4

/** Of a file that holds a half of a key, as dnssec-keygen(8) names it. */
export const keyFileName = /^(K(\S+\.)\+(\d{3})\+(\d{5}))\.(key|private|private\.age)$/

/**
 * Reads what dnssec-keygen(8) wrote.
 * @returns why this is no key to sign with, as the end of a sentence that begins with the file's name.
 */
export const parseKeyFile = (file: string, text: string): ZoneKey | string => {
  const [, name = '', zone = '', number = '', tagInName = ''] = keyFileName.exec(file) ?? []
  const origin = canonicalName(zone)
  if (Number(number) !== algorithm) return `is of algorithm ${Number(number)}, and keys here are of ${algorithm}`
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith(';'))
  if (lines.length !== 1) return `holds ${lines.length} records instead of one`
  const [owner = '', ttl = '', , type, flagsInRecord, protocol, algorithmInRecord, ...base64] =
    lines[0]?.trim().split(/\s+/) ?? []
  if (type !== 'DNSKEY' || !/^\d+$/.test(ttl)) return 'holds no DNSKEY record with a TTL'
  if (canonicalName(owner) !== origin) return `holds a key of ${canonicalName(owner)}`
  if (Number(algorithmInRecord) !== algorithm) return `holds a key of algorithm ${algorithmInRecord}`
  if (Number(flagsInRecord) !== flags || protocol !== '3')
    return `holds a key with flags ${flagsInRecord}, and keys here have ${flags}`
  const publicKey = Buffer.from(base64.join(''), 'base64')
  if (publicKey.length !== publicKeyOctets) return `holds a public key of ${publicKey.length} octets`
  const rdata = Buffer.concat([Buffer.from([flags >> 8, flags & 0xff, 3, algorithm]), publicKey])
  const tag = keyTagOf(rdata)
  if (tag !== Number(tagInName)) return `holds the key with tag ${tag}`
  return { origin, name, tag, ttlSeconds: Number(ttl), rdata, isLeaving: false }
}

/** Its DNSKEY record, as a line of a master file. */
export const recordOf = ({ origin, ttlSeconds, rdata }: Pick<ZoneKey, 'origin' | 'ttlSeconds' | 'rdata'>): string =>
  `${origin} ${ttlSeconds} IN DNSKEY ${flags} 3 ${algorithm} ${rdata.subarray(headOctets).toString('base64')}`
