import { encodeName } from '../wire/encode-name.ts'
import { typeNumber } from '../wire/record-types.ts'
import { countLabels } from './canonical-order.ts'
import { canonicalRdata } from './canonical-rdata.ts'
import type { PublicKey } from './public-key.ts'
import type { Signature } from './signature.ts'

export interface SignedSet {
  /** Canonical. */
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly rdata: readonly string[]
  /** The SOA record of a denial has the TTL of the denial (RFC 2308 §3). */
  readonly mayBeShorter?: boolean
}

export interface Trust {
  /** Of the zone, canonical: only it may sign what is in it. */
  readonly origin: string
  readonly keys: readonly PublicKey[]
  /** Unix time. */
  readonly now: number
}

/**
 * Why a signature does not prove an RRset (RFC 4035 §5.3), as the end of a sentence; undefined when it does.
 * @throws what `node:crypto` throws for a key that is none.
 */
export const signatureFault = (
  set: SignedSet,
  signature: Signature,
  { origin, keys, now }: Trust,
): string | undefined => {
  if (signature.signer !== origin) return `is by ${signature.signer}`
  if (now > signature.expiration) return `has ended ${dateOf(signature.expiration)}`
  if (now < signature.inception) return `begins only ${dateOf(signature.inception)}`
  if (signature.labels > countLabels(set.name)) return `is of ${signature.labels} labels, more than the name has`
  if (set.mayBeShorter ? set.ttl > signature.originalTtl : set.ttl !== signature.originalTtl)
    return `is of TTL ${signature.originalTtl}, and the records have ${set.ttl}`
  const fitting = keys.filter(({ tag, algorithm }) => tag === signature.keyTag && algorithm === signature.algorithm)
  if (fitting.length === 0) return `is by key ${signature.keyTag}, which the zone does not publish`
  const data = signedData(set, signature)
  if (fitting.some(({ verifies }) => verifies === undefined))
    return `is of algorithm ${signature.algorithm}, which is not known here`
  return fitting.some(({ verifies }) => verifies?.(data, signature.signature)) ? undefined : 'is not of these records'
}

const dateOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 19)

const classIn = 1

/** RFC 4034 §3.1.8.1. What a wildcard made was signed under the wildcard's name, which has as many labels as the signature says. */
const signedData = ({ name, type, rdata }: SignedSet, { head, labels, originalTtl }: Signature): Buffer => {
  const owner = encodeName(labels < countLabels(name) ? `*.${lastLabels(name, labels)}` : name)
  const before = Buffer.alloc(8)
  before.writeUInt16BE(typeNumber(type), 0)
  before.writeUInt16BE(classIn, 2)
  before.writeUInt32BE(originalTtl, 4)
  const records = rdata.map((one) => canonicalRdata(type, one)).sort(Buffer.compare)
  return Buffer.concat([head, ...records.flatMap((one) => [owner, before, lengthOf(one), one])])
}

const lengthOf = ({ length }: Buffer): Buffer => Buffer.from([length >> 8, length & 0xff])

/** `a.b.example.test.`, 2 → `example.test.` */
export const lastLabels = (name: string, count: number): string => {
  const labels = name.match(/(?:\\\d{3}|\\.|[^.\\])+\./g) ?? []
  return count === 0 ? '.' : labels.slice(-count).join('')
}
