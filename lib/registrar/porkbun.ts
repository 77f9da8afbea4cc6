import { z } from 'zod'
import { listedFields, orNone, toDsText } from './domain-key.ts'
import { type DomainKey, labelsBelow, plainName } from './driver.ts'
import { verifyEndpoint, verifySecret } from './endpoint.ts'
import type { RefusalKind } from './errors.ts'
import { type Answer, createSend, type Refusal } from './request.ts'
import type { RegistrarRow } from './row.ts'

const success = z.object({ status: z.literal('SUCCESS') })
/** Pairs of a host name and its addresses. */
const glueAnswer = success.extend({
  hosts: z
    .array(z.tuple([z.string(), z.object({ v4: z.array(z.string()).nullish(), v6: z.array(z.string()).nullish() })]))
    .default([]),
})
const nameserverAnswer = success.extend({ ns: z.array(z.string()).default([]) })
/**
 * By key tag, with numbers as texts; where there is none, the empty list that its PHP makes of an empty map. A registry that
 * takes keys has the key in place of the digest.
 */
const keysAnswer = (domain: string) => {
  const record = z
    .object({
      keyTag: listedFields.tag,
      alg: listedFields.octet,
      digestType: orNone(listedFields.octet),
      digest: orNone(listedFields.digest),
      pubKey: orNone(listedFields.publicKey),
    })
    .transform(({ keyTag: tag, alg: algorithm, pubKey: publicKey, ...rest }, context) =>
      toDsText({ domain, makesDs: false }, { tag, algorithm, publicKey, ...rest }, context),
    )
  const none = z.union([z.tuple([]), z.null()]).transform((): readonly string[] => [])
  const some = z.record(z.string(), record).transform((byTag) => Object.values(byTag))
  return success.extend({ records: z.union([none, some]) })
}

/** Everything that is not SUCCESS; older parts of the API give no code, and rate limits tell when they end. */
const errorAnswer = z.object({
  status: z.string().refine((status) => status !== 'SUCCESS'),
  message: z.string().optional(),
  code: z.string().optional(),
  ttlRemaining: z.number().optional(),
})

const usualHint = 'Put right what it says, then run this again; or set REGISTRAR=manual to be told what to enter.'
const laterHint = 'Run this again later: what is done already is not done again.'
const accessPage = 'https://porkbun.com/account/api'

interface Case {
  readonly code: RegExp
  /** For where there is no code. */
  readonly message?: RegExp
  readonly kind: RefusalKind
  readonly hint: string
}

/** What Porkbun refuses, and what to do then; the first that fits counts. */
const cases: readonly Case[] = [
  {
    code: /NOT_OPTED_IN|API_ACCESS_DISABLED/,
    message: /not opted in to api access/i,
    kind: 'permission',
    hint: `Switch API access on for the domain (Domain Management, Details), or for all domains at ${accessPage}.`,
  },
  {
    code: /^(IP_NOT_ALLOWED|DOMAIN_NOT_ALLOWED)$/,
    kind: 'permission',
    hint: `The API key is limited to certain domains or IP addresses: change that at ${accessPage}.`,
  },
  {
    code: /^(INVALID_API_KEYS|API_KEY_REQUIRED|MISSING_(SECRET)?APIKEY|INVALID_USER|INVALID_TOKEN)/,
    message: /api key/i,
    kind: 'credentials',
    hint: `Set PORKBUN_API_KEY (pk1_…) and PORKBUN_SECRET_API_KEY (sk1_…) to a pair made at ${accessPage}.`,
  },
  {
    code: /^(INVALID_DOMAIN|DOMAIN_NOT_FOUND)$/,
    message: /invalid domain/i,
    kind: 'unknown-domain',
    hint: 'Look whether the domain is in the account that the API key belongs to, and has API access (Domain Management, Details).',
  },
  { code: /^RATE_LIMIT_EXCEEDED$/, message: /rate limit/i, kind: 'rate-limit', hint: laterHint },
  {
    code: /^UPDATE_FAILED$/,
    message: /unable to update/i,
    kind: 'refused',
    hint: 'The registry did not take it; of glue that is reported of IPv4 and IPv6 addresses in one request. Enter it at Porkbun yourself (Domain Management, Details): with REGISTRAR=manual you are told what.',
  },
]

const challengeHint =
  'Its firewall takes this for too many requests. Run this again in some minutes: what is done already is not done again.'

/** The firewall in front of the API asks whoever is too quick for proof of a browser, with 202 and nothing in it. */
const isChallenge = ({ status, body }: Answer): boolean => status === 202 && body === undefined

const refusalOf = (answer: Answer): Refusal | undefined => {
  const { status, body } = answer
  if (isChallenge(answer)) return { kind: 'rate-limit', words: 'an empty answer', hint: challengeHint }
  const result = errorAnswer.safeParse(body)
  if (!result.success) return undefined
  const { code = '', message = '', ttlRemaining } = result.data
  const said = { code, words: message || undefined, retryAfterSeconds: ttlRemaining }
  if (status === 429) return { ...said, kind: 'rate-limit', hint: laterHint }
  if (status >= 500) return { ...said, kind: 'unavailable', hint: laterHint }
  const found = cases.find((one) => one.code.test(code)) ?? cases.find((one) => one.message?.test(message))
  return { ...said, kind: found?.kind ?? 'refused', hint: found?.hint ?? usualHint }
}

/** The DS record, and the key for registries that want it; Porkbun leaves it out where it is not taken. */
const describeKey = ({ flags, algorithm, publicKey, tag, digestType, digest }: DomainKey) => ({
  keyTag: String(tag),
  alg: String(algorithm),
  digestType: String(digestType),
  digest: digest.toUpperCase(),
  keyDataFlags: String(flags),
  keyDataProtocol: '3',
  keyDataAlgo: String(algorithm),
  keyDataPubKey: publicKey,
})

/**
 * The API of Porkbun, version 3: https://porkbun.com/api/json/v3/spec. Every call is a POST with the keys in its body.
 * `updateGlue` replaces all addresses of a host object, `createGlue` makes one; both take the name without the domain.
 * Keys are removed by their tag: all DS records with it, and at most registries whatever else fits.
 */
const createPorkbun: RegistrarRow<'porkbun', 'apiKey' | 'secretKey'>['create'] = (settings, effects) => {
  const apikey = verifySecret(settings.apiKey, 'PORKBUN_API_KEY')
  const secretapikey = verifySecret(settings.secretKey, 'PORKBUN_SECRET_API_KEY')
  const send = createSend({
    registrar: 'Porkbun',
    endpoint: verifyEndpoint(settings.endpoint, { isPrivate: false }),
    headers: {},
    secrets: [apikey, secretapikey],
    refusalOf,
    ...effects,
  })
  const post = (path: string, purpose: string, body: object = {}) =>
    ({
      method: 'POST',
      path: `/${path}`,
      purpose,
      body: { apikey, secretapikey, ...body },
      isRepeatable: true,
    }) as const
  const read = (path: string, purpose: string) => ({ ...post(path, purpose), isRead: true }) as const
  return {
    name: 'Porkbun',
    hosts: async (domain) => {
      const { hosts } = await send(read(`domain/getGlue/${domain}`, `read the glue of ${domain}`), glueAnswer)
      return new Map(hosts.map(([name, { v4, v6 }]) => [plainName(name), [...(v4 ?? []), ...(v6 ?? [])]]))
    },
    putHost: async ({ domain, host, addresses, isNew }) => {
      const path = `domain/${isNew ? 'createGlue' : 'updateGlue'}/${domain}/${labelsBelow(host, domain)}`
      const call = post(path, `set the glue of ${host}`, { ips: addresses })
      await send({ ...call, isRepeatable: !isNew }, success)
    },
    nameservers: async (domain) =>
      (await send(read(`domain/getNs/${domain}`, `read the nameservers of ${domain}`), nameserverAnswer)).ns,
    putNameservers: async (domain, nameservers) => {
      await send(post(`domain/updateNs/${domain}`, `set the nameservers of ${domain}`, { ns: nameservers }), success)
    },
    keys: async (domain) => {
      const call = read(`dns/getDnssecRecords/${domain}`, `read the keys of ${domain}`)
      return (await send(call, keysAnswer(domain))).records
    },
    addKey: async (domain, key) => {
      const call = post(`dns/createDnssecRecord/${domain}`, `add a key of ${domain}`, describeKey(key))
      await send({ ...call, isRepeatable: false }, success)
    },
    removeKey: async (domain, { tag }) => {
      await send(post(`dns/deleteDnssecRecord/${domain}/${tag}`, `remove a key of ${domain}`), success)
    },
  }
}

export const porkbun: RegistrarRow<'porkbun', 'apiKey' | 'secretKey'> = {
  kind: 'porkbun',
  endpoint: 'https://api.porkbun.com/api/json/v3',
  variables: {
    apiKey: { variable: 'PORKBUN_API_KEY', what: 'is the API key of your account at Porkbun' },
    secretKey: { variable: 'PORKBUN_SECRET_API_KEY', what: 'is the secret API key that belongs to PORKBUN_API_KEY' },
  },
  create: createPorkbun,
}
