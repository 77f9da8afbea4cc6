import { type DomainKey, type KeyChange, plainName } from './driver.ts'

interface KeyInstructions extends KeyChange {
  readonly domain: string
  /** `your registrar`, `Porkbun` */
  readonly registrar: string
}

/** As IANA calls them, which is what lists to choose from have. */
const algorithms: Readonly<Record<number, string>> = {
  8: 'RSASHA256',
  10: 'RSASHA512',
  13: 'ECDSAP256SHA256',
  14: 'ECDSAP384SHA384',
  15: 'ED25519',
  16: 'ED448',
}
const digestTypes: Readonly<Record<number, string>> = { 2: 'SHA-256' }
const kinds: Readonly<Record<number, string>> = { 256: 'ZSK', 257: 'KSK' }

/** Base64 is folded here, and a form has one field for it. */
const columns = 64

/**
 * What a person who has never done it has to enter to have a key known at the parent, or no more: plain text of at most 80
 * columns, as long as the name of the domain fits into them. Pure.
 */
export const describeKeyChange = ({ change, key, registrar, ...names }: KeyInstructions): string => {
  const domain = plainName(names.domain)
  return [
    `${change === 'add' ? 'Add' : 'Remove'} the DS record of a key of ${domain}`,
    '',
    'A DS record says by which key a domain is signed. It is kept by the registry of',
    'the domain, and entered at the registrar, where its page may be called DNSSEC,',
    'DS records, DNSSEC keys or delegation signer. It is not one of the DNS records.',
    '',
    `1. Log in at ${registrar} and open the settings of the domain`,
    `     ${domain}`,
    ...(change === 'add' ? addition(key) : removal(key)),
  ].join('\n')
}

const addition = (key: DomainKey): readonly string[] => [
  '2. Open its page for DNSSEC. Where that asks for a DS record, add one with',
  ...asDs(key),
  '   or, where it asks for the key and makes the DS record by itself, add one with',
  ...asKey(key),
  '3. Save it once, with everything in it. Compare the DS record if it shows one.',
  '',
  'Leave all other DS records and keys as they are: until this one is known',
  'everywhere, resolvers need them. Leave nameservers and DNS records too.',
]

const removal = (key: DomainKey): readonly string[] => [
  '2. Open its page for DNSSEC. Where that lists DS records, find the one with',
  ...asDs(key),
  '   or, where it lists keys, the one with',
  ...asKey(key),
  '3. Note all the others that are listed. If there are none, the domain counts as',
  '   unsigned once this one is gone: go on only if that is what you want.',
  '4. Remove this one, and no other. Do not switch DNSSEC off as a whole.',
  '5. Look at the list again. Some registries remove others along with it: enter',
  '   what is missing again at once.',
  '',
  'Leave nameservers and DNS records as they are.',
]

const asDs = ({ tag, algorithm, digestType, digest }: DomainKey): readonly string[] => [
  `     Key tag      ${tag}`,
  `     Algorithm    ${named(algorithm, algorithms)}`,
  `     Digest type  ${named(digestType, digestTypes)}`,
  '     Digest',
  ...fold(digest.toUpperCase()),
]

const asKey = ({ flags, algorithm, publicKey }: DomainKey): readonly string[] => [
  `     Flags        ${named(flags, kinds)}`,
  '     Protocol     3',
  `     Algorithm    ${named(algorithm, algorithms)}`,
  `     Public key${publicKey.length > columns ? ', all in one line' : ''}`,
  ...fold(publicKey),
]

const named = (number: number, names: Readonly<Record<number, string>>): string => {
  const name = names[number]
  return name === undefined ? String(number) : `${number} (${name})`
}

const fold = (text: string): readonly string[] =>
  Array.from(
    { length: Math.ceil(text.length / columns) },
    (_, row) => `       ${text.slice(row * columns, (row + 1) * columns)}`,
  )
