import { createHash } from 'node:crypto'
import { encodeName } from '../wire/encode-name.ts'
import { keyTagOf } from './key-tag.ts'
import { octetsOf } from './octets.ts'

/** IANA "Digest Algorithms" of DS records. */
const hashes: Readonly<Record<number, string>> = { 1: 'sha1', 2: 'sha256', 4: 'sha384' }
const usual = 2
/** Flags and protocol come first in the data of a DNSKEY record (RFC 4034 §2.1). */
const algorithmAt = 3

/**
 * The DS record that points at a key (RFC 4034 §5.1.4), as `rdata` of an RRset: `3529 13 2 0A…`.
 * @param owner canonical.
 * @param dnskey `rdata` of its DNSKEY record.
 * @returns undefined for a digest that is not known here.
 */
export const dsOf = (owner: string, dnskey: string, digestType = usual): string | undefined => {
  const hash = hashes[digestType]
  if (hash === undefined) return undefined
  const rdata = octetsOf(dnskey)
  const digest = createHash(hash).update(encodeName(owner)).update(rdata).digest('hex').toUpperCase()
  return `${keyTagOf(rdata)} ${rdata[algorithmAt]} ${digestType} ${digest}`
}

/** Whether a DS record points at one of these keys: then validating resolvers take what that key has signed. */
export const isOfAny = (owner: string, ds: string, dnskeys: readonly string[]): boolean =>
  dnskeys.some((dnskey) => isOf(owner, ds, dnskey))

/** The key at which a DS record points, or the DS record itself where that is none of these. */
export const keyOfDs = (owner: string, ds: string, dnskeys: readonly string[]): string =>
  dnskeys.find((dnskey) => isOf(owner, ds, dnskey)) ?? ds

const isOf = (owner: string, ds: string, dnskey: string): boolean =>
  dsOf(owner, dnskey, Number(ds.split(' ')[2])) === ds
