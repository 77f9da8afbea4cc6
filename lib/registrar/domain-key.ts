import { z } from 'zod'
import { dsOf, isOfAny } from '../dns/dnssec/ds.ts'
import { keyTagOf } from '../dns/dnssec/key-tag.ts'
import { InfraError } from '../errors.ts'
import { dnskeyOf } from '../zones/signing/known.ts'
import { type DomainKey, isHostname } from './driver.ts'

type Key = Pick<DomainKey, 'flags' | 'algorithm' | 'publicKey'>

const protocol = 3
const octetsOf = ({ flags, algorithm, publicKey }: Key): Buffer =>
  Buffer.concat([Buffer.from([flags >> 8, flags & 0xff, protocol, algorithm]), Buffer.from(publicKey, 'base64')])

const dnskeyTextOf = (key: Key): string => dnskeyOf({ rdata: octetsOf(key) })

const ownerOf = (domain: string): string => `${domain}.`

/** Its DS record as `rdata`, the way that `readKeys` lists them: `3529 13 2 0A…`. */
export const dsTextOf = ({ tag, algorithm, digestType, digest }: Omit<DomainKey, 'flags' | 'publicKey'>): string =>
  `${tag} ${algorithm} ${digestType} ${digest.toUpperCase()}`

/** Whether the registrar has the DS record of this key. @param keys what `readKeys` gave. */
export const hasKey = (keys: readonly string[], key: DomainKey): boolean => keys.includes(dsTextOf(key))

/** Which DS records point at this key, of whatever digest type: a key may have several. */
export const pointsAt = (domain: string, key: DomainKey): ((ds: string) => boolean) => {
  const dnskeys = [dnskeyTextOf(key)]
  return (ds) => isOfAny(ownerOf(domain), ds, dnskeys)
}

/** @throws InfraError unless both halves of the key are of this domain. */
export const verifyKey = (domain: string, key: DomainKey): void => {
  verifyDomain(domain)
  if (dsOf(ownerOf(domain), dnskeyTextOf(key)) === dsTextOf(key)) return
  throw new InfraError(`DS ${dsTextOf(key)} is not the SHA-256 DS record of this key of ${domain}`, {
    hint: 'It would have the domain refused by all validating resolvers. A DS record is of one key, and of one domain.',
  })
}

/** @throws InfraError for what is no name of a domain. */
export const verifyDomain = (domain: string): void => {
  if (isHostname(domain)) return
  throw new InfraError(`${domain} is no domain that a registrar could have keys of`, {
    hint: 'Look at the name of its zone.',
  })
}

const digits = /^\d{1,5}$/
const numberUpTo = (maximum: number) =>
  z.union([z.number(), z.string().regex(digits).transform(Number)]).pipe(z.int().min(0).max(maximum))
const withoutSpace = z.string().transform((text) => text.replace(/\s+/g, ''))

/** What registrars list of a key, each by names of its own: numbers also as text, and what there is none of also as nothing. */
export const listedFields = {
  tag: numberUpTo(0xffff),
  octet: numberUpTo(0xff),
  digest: withoutSpace.pipe(z.string().regex(/^([0-9a-f]{2})+$/i)),
  publicKey: withoutSpace.pipe(z.base64().min(1)),
}

export const orNone = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional())

interface ListedKey {
  readonly tag: number
  readonly algorithm: number
  readonly publicKey?: string | undefined
  readonly digestType?: number | undefined
  readonly digest?: string | undefined
}

const toldDs = ({ digestType, digest, ...listed }: ListedKey): string | undefined =>
  digest === undefined || digestType === undefined ? undefined : dsTextOf({ ...listed, digestType, digest })

/** With or without the flag of a key that a DS record may point at: not all registrars tell. */
const usualFlags = [257, 256]

const madeDs = (domain: string, { tag, algorithm, publicKey }: ListedKey): string | undefined => {
  if (publicKey === undefined) return undefined
  const keys = usualFlags.map((flags) => ({ flags, algorithm, publicKey }))
  const found = keys.find((key) => keyTagOf(octetsOf(key)) === tag)
  return found && dsOf(ownerOf(domain), dnskeyTextOf(found))
}

interface Listing {
  readonly domain: string
  /** It makes the DS records of itself from keys; by which digest is its matter, and that by SHA-256 counts here. */
  readonly makesDs: boolean
}

/** For the transformation of a schema. */
export const toDsText = ({ domain, makesDs }: Listing, listed: ListedKey, context: z.RefinementCtx): string => {
  const [told, made] = [toldDs(listed), madeDs(domain, listed)]
  const ds = makesDs ? (made ?? told) : (told ?? made)
  if (ds !== undefined) return ds
  context.addIssue({ code: 'custom', message: 'neither a DS record nor a key with this tag' })
  return z.NEVER
}

/** A DS record as `rdata`, in any case: `3529 13 2 0a…`. */
export const dsText = z
  .string()
  .regex(/^\d{1,5} \d{1,3} \d{1,3} ([0-9a-f]{2})+$/i)
  .transform((text) => {
    const [tag, algorithm, digestType, digest = ''] = text.split(' ')
    return dsTextOf({ tag: Number(tag), algorithm: Number(algorithm), digestType: Number(digestType), digest })
  })
