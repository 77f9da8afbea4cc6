import { canonicalName, readName } from '../wire/name.ts'
import { typeName } from '../wire/record-types.ts'
import { octetsOf } from './octets.ts'

/** An RRSIG record (RFC 4034 §3.1). */
export interface Signature {
  readonly covers: string
  readonly algorithm: number
  readonly labels: number
  readonly originalTtl: number
  /** Unix times. */
  readonly expiration: number
  readonly inception: number
  readonly keyTag: number
  /** Canonical. */
  readonly signer: string
  /** What of its data is signed too. */
  readonly head: Buffer
  readonly signature: Buffer
}

const signerAt = 18

/** @param text `rdata` of the record. @throws RangeError when it is too short for one. */
export const readSignature = (text: string): Signature => {
  const rdata = octetsOf(text)
  const { name, end } = readName(rdata, signerAt)
  const head = Buffer.from(rdata.subarray(0, end))
  // in lower case (RFC 4034 §6.2); the lengths of labels are below any letter
  for (let at = signerAt; at < end; at++)
    if ((head[at] ?? 0) >= 0x41 && (head[at] ?? 0) <= 0x5a) head[at] = (head[at] ?? 0) + 0x20
  return {
    covers: typeName(rdata.readUInt16BE(0)),
    algorithm: rdata.readUInt8(2),
    labels: rdata.readUInt8(3),
    originalTtl: rdata.readUInt32BE(4),
    expiration: rdata.readUInt32BE(8),
    inception: rdata.readUInt32BE(12),
    keyTag: rdata.readUInt16BE(16),
    signer: canonicalName(name),
    head,
    signature: rdata.subarray(end),
  }
}
