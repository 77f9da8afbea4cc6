import { octetsOf } from '../../dns/dnssec/octets.ts'
import type { RRset } from '../rrset.ts'
import type { Zone, ZoneSigning } from '../zone.ts'

/** What is other octets each time that the same is signed. */
const proofs: ReadonlySet<string> = new Set(['RRSIG', 'NSEC', 'NSEC3', 'NSEC3PARAM'])

export const isProof = ({ type }: Pick<RRset, 'type'>): boolean => proofs.has(type)

/** What signing puts into a zone, and no zone file may have. */
export const isOfSigning = (rrset: Pick<RRset, 'type'>): boolean => rrset.type === 'DNSKEY' || isProof(rrset)

/** What of a finished zone can be compared: its keys too. */
export const comparableIn = (rrsets: readonly RRset[]): readonly RRset[] => rrsets.filter((rrset) => !isProof(rrset))

/** What was signed of a finished zone, and what signing has put in. */
export const readSigned = (rrsets: readonly RRset[]): Pick<Zone, 'rrsets' | 'signing'> => {
  const published = rrsets.find(({ type }) => type === 'DNSKEY')
  if (!published) return { rrsets }
  return { rrsets: rrsets.filter((rrset) => !isOfSigning(rrset)), signing: { published, ...signaturesIn(rrsets) } }
}

/** By zone: the `rdata` of the DNSKEY records that it publishes, none where it is not signed. */
export const publishedIn = (
  zones: readonly Pick<Zone, 'origin' | 'signing'>[],
): ReadonlyMap<string, readonly string[]> =>
  new Map(zones.map(({ origin, signing }) => [origin, signing?.published.rdata ?? []]))

/** When the first signature of these zones ends, in Unix time; undefined where none is known of. */
export const firstEndOf = (zones: readonly Zone[]): number | undefined => {
  const ends = zones.flatMap(({ signing }) => signing?.expires ?? [])
  return ends.length > 0 ? Math.min(...ends) : undefined
}

/** Offsets in the data of a signature (RFC 4034 §3.1). */
const expirationAt = 8
const keyTagAt = 16

const signaturesIn = (rrsets: readonly RRset[]): Pick<ZoneSigning, 'signers' | 'expires'> => {
  const signatures = rrsets.filter(({ type }) => type === 'RRSIG').flatMap(({ rdata }) => rdata.map(octetsOf))
  const expirations = signatures.map((one) => one.readUInt32BE(expirationAt))
  return {
    signers: [...new Set(signatures.map((one) => one.readUInt16BE(keyTagAt)))].sort((a, b) => a - b),
    expires: expirations.reduce((first, one) => Math.min(first, one), Number.MAX_SAFE_INTEGER),
  }
}
