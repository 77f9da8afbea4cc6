import { createHash } from 'node:crypto'
import { encodeName } from '../wire/encode-name.ts'
import { canonicalName, isWithin, parentOf, readName } from '../wire/name.ts'
import { compareNames } from './canonical-order.ts'
import { octetsOf } from './octets.ts'
import { readTypeBitmap } from './type-bitmap.ts'
import type { SignedSet } from './verify-rrset.ts'

/** What the NSEC or NSEC3 records of an answer say of names of one zone. */
export interface Proofs {
  /** The types at a name that one of them is of; undefined when none is. */
  readonly typesAt: (name: string) => ReadonlySet<string> | undefined
  /** One of them says that there is no such name. */
  readonly isCovered: (name: string) => boolean
  /** The longest ancestor of a name that is not there; undefined when it is not proven that the name is not. */
  readonly closestEncloser: (name: string) => string | undefined
  /** There is no such name with records, but names below it. */
  readonly isEmptyNonTerminal: (name: string) => boolean
}

/** @param sets RRsets whose signatures hold. @param origin canonical. */
export const readProofs = (sets: readonly SignedSet[], origin: string): Proofs => {
  const hashed = sets.filter(({ type }) => type === 'NSEC3')
  return hashed.length > 0 ? hashedProofs(hashed, origin) : plainProofs(sets.filter(({ type }) => type === 'NSEC'))
}

/** RFC 4034 §4. */
const plainProofs = (sets: readonly SignedSet[]): Proofs => {
  const all = sets.flatMap(({ name, rdata }) =>
    rdata.map((text) => {
      const octets = octetsOf(text)
      const next = readName(octets, 0)
      return { name, next: canonicalName(next.name), types: readTypeBitmap(octets.subarray(next.end)) }
    }),
  )
  const isBetween = (name: string, from: string, to: string): boolean => {
    const isAfter = compareNames(name, from) > 0
    // the last one leads back to the first
    return compareNames(from, to) < 0 ? isAfter && compareNames(name, to) < 0 : isAfter
  }
  const findCovering = (name: string) =>
    all.find((one) => isBetween(name, one.name, one.next) && !isWithin(one.next, name) && !isHiddenBy(one, name))
  return {
    typesAt: (name) => all.find((one) => one.name === name)?.types,
    isCovered: (name) => findCovering(name) !== undefined,
    closestEncloser: (name) => {
      const covering = findCovering(name)
      return covering && longest(commonAncestor(name, covering.name), commonAncestor(name, covering.next))
    },
    isEmptyNonTerminal: (name) =>
      all.some((one) => isBetween(name, one.name, one.next) && one.next !== name && isWithin(one.next, name)),
  }
}

const longest = (one: string, other: string): string => (one.length > other.length ? one : other)

const commonAncestor = (name: string, other: string): string => {
  let ancestor = name
  while (!isWithin(other, ancestor)) ancestor = parentOf(ancestor)
  return ancestor
}

interface Plain {
  readonly name: string
  readonly types: ReadonlySet<string>
}

/** Below a delegation or a DNAME a record says nothing (RFC 6840 §4.1, RFC 5155 §8.3). */
const isHiddenBy = ({ name, types }: Plain, below: string): boolean =>
  isWithin(below, name) && below !== name && isDead(types)

const isDead = (types: ReadonlySet<string>): boolean => types.has('DNAME') || (types.has('NS') && !types.has('SOA'))

/** RFC 5155. */
const hashedProofs = (sets: readonly SignedSet[], origin: string): Proofs => {
  const all = sets.flatMap(({ name, rdata }) => rdata.map((text) => readHashed(name, octetsOf(text))))
  const hashes = new Map<string, string>()
  const [{ iterations, salt } = { iterations: 0, salt: Buffer.alloc(0) }] = all
  const hashOf = (name: string): string => {
    const found = hashes.get(name) ?? hashName(name, iterations, salt)
    hashes.set(name, found)
    return found
  }
  const fitting = all.filter(
    (one) => one.iterations === iterations && one.salt.equals(salt) && isWithin(one.owner, origin),
  )
  const typesAt: Proofs['typesAt'] = (name) => fitting.find(({ hash }) => hash === hashOf(name))?.types
  const isCovered = (name: string): boolean => {
    const hash = hashOf(name)
    return fitting.some((one) =>
      one.hash < one.next ? one.hash < hash && hash < one.next : hash > one.hash || hash < one.next,
    )
  }
  return {
    typesAt,
    isCovered,
    closestEncloser: (name) => {
      for (let longer = name; longer !== origin && longer !== '.'; longer = parentOf(longer)) {
        const types = typesAt(parentOf(longer))
        if (types && isCovered(longer)) return isDead(types) ? undefined : parentOf(longer)
      }
      return undefined
    },
    isEmptyNonTerminal: (name) => typesAt(name)?.size === 0,
  }
}

const readHashed = (owner: string, octets: Buffer) => {
  const salted = 5 + octets.readUInt8(4)
  const end = salted + 1 + octets.readUInt8(salted)
  return {
    owner,
    hash: owner.slice(0, owner.indexOf('.')),
    iterations: octets.readUInt16BE(2),
    salt: octets.subarray(5, salted),
    next: base32hex(octets.subarray(salted + 1, end)),
    types: readTypeBitmap(octets.subarray(end)),
  }
}

/** RFC 5155 §5. */
const hashName = (name: string, iterations: number, salt: Buffer): string => {
  let digest = encodeName(name)
  for (let round = 0; round <= iterations; round++) digest = createHash('sha1').update(digest).update(salt).digest()
  return base32hex(digest)
}

const digits = '0123456789abcdefghijklmnopqrstuv'

/** RFC 4648 §7, without padding and in lower case: sorts as the octets do. */
const base32hex = (octets: Buffer): string => {
  let text = ''
  let bits = 0
  let value = 0
  for (const octet of octets) {
    value = (value << 8) | octet
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += digits[(value >> bits) & 31]
    }
    value &= (1 << bits) - 1
  }
  return bits > 0 ? text + digits[(value << (5 - bits)) & 31] : text
}
