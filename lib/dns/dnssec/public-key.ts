import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { keyTagOf } from './key-tag.ts'
import { octetsOf } from './octets.ts'

/** A DNSKEY record that can verify. */
export interface PublicKey {
  readonly tag: number
  readonly algorithm: number
  /** @returns undefined when this algorithm is not known here. */
  readonly verifies: ((data: Buffer, signature: Buffer) => boolean) | undefined
}

const headOctets = 4
const rsaSha256 = 8
const ecdsaP256 = 13
const ed25519 = 15

const known = new Map<string, PublicKey>()

/** @param text `rdata` of a DNSKEY record (RFC 4034 §2.1). */
export const readPublicKey = (text: string): PublicKey => {
  const found = known.get(text)
  if (found) return found
  const rdata = octetsOf(text)
  const algorithm = rdata[3] ?? 0
  const key = { tag: keyTagOf(rdata), algorithm, verifies: verifierOf(algorithm, rdata.subarray(headOctets)) }
  known.set(text, key)
  return key
}

const verifierOf = (algorithm: number, octets: Buffer): PublicKey['verifies'] => {
  if (algorithm === ecdsaP256) {
    const key = importKey({
      kty: 'EC',
      crv: 'P-256',
      x: base64(octets.subarray(0, 32)),
      y: base64(octets.subarray(32)),
    })
    return (data, signature) => verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature)
  }
  if (algorithm === ed25519) {
    const key = importKey({ kty: 'OKP', crv: 'Ed25519', x: base64(octets) })
    return (data, signature) => verify(null, data, key, signature)
  }
  if (algorithm === rsaSha256) {
    const key = importKey({ kty: 'RSA', ...rsaNumbers(octets) })
    return (data, signature) => verify('sha256', data, key, signature)
  }
  return undefined
}

/** The exponent comes first, its length in one octet, or in two after a zero (RFC 3110 §2). */
const rsaNumbers = (octets: Buffer): { readonly e: string; readonly n: string } => {
  const [at, length] = octets[0] === 0 ? [3, octets.readUInt16BE(1)] : [1, octets[0] ?? 0]
  return { e: base64(octets.subarray(at, at + length)), n: base64(octets.subarray(at + length)) }
}

const base64 = (octets: Buffer): string => octets.toString('base64url')

const importKey = (key: JsonWebKey): KeyObject => createPublicKey({ key, format: 'jwk' })
