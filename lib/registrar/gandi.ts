import { z } from 'zod'
import { listedFields, orNone, pointsAt, toDsText } from './domain-key.ts'
import { type Driver, labelsBelow, plainName } from './driver.ts'
import { verifyEndpoint, verifySecret } from './endpoint.ts'
import type { RefusalKind } from './errors.ts'
import { type Answer, createSend, type Refusal } from './request.ts'
import type { RegistrarRow } from './row.ts'

const hostsAnswer = z.array(z.object({ fqdn: z.string(), ips: z.array(z.string()) }))
const nameserversAnswer = z.array(z.string())
/** It takes keys, and tells the DS records that it made of them. */
const keysAnswer = (domain: string) =>
  z.array(
    z
      .object({
        id: z.union([z.int(), z.string().regex(/^[\w-]+$/)]),
        keytag: listedFields.tag,
        algorithm: listedFields.octet,
        public_key: orNone(listedFields.publicKey),
        digest_type: orNone(listedFields.octet),
        digest: orNone(listedFields.digest),
      })
      .transform(({ id, keytag: tag, public_key: publicKey, digest_type: digestType, ...rest }, context) => ({
        id,
        ds: toDsText({ domain, makesDs: true }, { tag, publicKey, digestType, ...rest }, context),
      })),
  )
const accepted = z.unknown()

/** The flag of a key that a DS record may point at (RFC 4034 §2.1.1). */
const secureEntryPoint = 1

const errorAnswer = z.object({
  message: z.string().optional(),
  cause: z.string().optional(),
  object: z.string().optional(),
  errors: z.array(z.object({ name: z.string().optional(), description: z.string().optional() })).optional(),
})

const kinds: Readonly<Record<number, RefusalKind>> = {
  401: 'credentials',
  403: 'permission',
  404: 'unknown-domain',
  429: 'rate-limit',
}

const hints: Partial<Readonly<Record<RefusalKind, string>>> = {
  credentials:
    'Set GANDI_TOKEN to a personal access token that has not expired; they are made at https://admin.gandi.net, Organizations, Sharing.',
  permission:
    'Give the personal access token in GANDI_TOKEN the permission to manage the technical configuration of this domain.',
  'unknown-domain':
    'Look whether the domain is in the organisation that the personal access token in GANDI_TOKEN is for.',
  'rate-limit': 'Other programs that use this account share its limit. Run this again later.',
}

const wordsOf = (body: unknown): Pick<Refusal, 'words' | 'code'> => {
  const { data } = errorAnswer.safeParse(body)
  const details = data?.errors?.map(({ name, description }) => [name, description].filter(Boolean).join(': ')) ?? []
  const words = [data?.message ?? data?.cause, ...details].filter(Boolean).join('; ')
  return { words: words || undefined, code: data?.object }
}

const refusalOf = ({ status, body }: Answer): Refusal | undefined => {
  if (status >= 200 && status <= 299) return undefined
  const kind = kinds[status] ?? (status >= 500 ? 'unavailable' : 'refused')
  const hint =
    hints[kind] ?? 'Put right what it says, then run this again; or set REGISTRAR=manual to be told what to enter.'
  return { kind, ...wordsOf(body), hint }
}

/**
 * The API of Gandi, version 5: https://api.gandi.net/docs/domains/. Changes are answered with 202 and done later. Host
 * objects are named without the domain; PUT replaces all addresses of one, POST makes one. Keys have numbers that
 * only their list tells.
 */
const createGandi: RegistrarRow<'gandi', 'token'>['create'] = (settings, effects) => {
  const token = verifySecret(settings.token, 'GANDI_TOKEN')
  const send = createSend({
    registrar: 'Gandi',
    endpoint: verifyEndpoint(settings.endpoint, { isPrivate: false }),
    headers: { authorization: `Bearer ${token}` },
    secrets: [token],
    refusalOf,
    ...effects,
  })
  const get = (path: string, purpose: string) =>
    ({ method: 'GET', path: `/domain/domains/${path}`, purpose, isRepeatable: true }) as const
  const putHost: Driver['putHost'] = async ({ domain, host, addresses: ips, isNew }) => {
    const [path, name] = [`/domain/domains/${domain}/hosts`, labelsBelow(host, domain)]
    const purpose = `set the glue of ${host}`
    const call = isNew
      ? ({ method: 'POST', path, body: { name, ips }, purpose, isRepeatable: false } as const)
      : ({ method: 'PUT', path: `${path}/${name}`, body: { ips }, purpose, isRepeatable: true } as const)
    await send(call, accepted)
  }
  const keysOf = (domain: string) => send(get(`${domain}/dnskeys`, `read the keys of ${domain}`), keysAnswer(domain))
  const removeKey: Driver['removeKey'] = async (domain, key) => {
    const isOfKey = pointsAt(domain, key)
    const purpose = `remove a key of ${domain}`
    for (const { id } of (await keysOf(domain)).filter(({ ds }) => isOfKey(ds))) {
      const path = `/domain/domains/${domain}/dnskeys/${id}`
      await send({ method: 'DELETE', path, purpose, isRepeatable: true }, accepted)
    }
  }
  return {
    name: 'Gandi',
    hosts: async (domain) => {
      const hosts = await send(get(`${domain}/hosts`, `read the glue of ${domain}`), hostsAnswer)
      return new Map(hosts.map(({ fqdn, ips }) => [plainName(fqdn), ips]))
    },
    putHost,
    nameservers: (domain) => send(get(`${domain}/nameservers`, `read the nameservers of ${domain}`), nameserversAnswer),
    putNameservers: async (domain, nameservers) => {
      const purpose = `set the nameservers of ${domain}`
      const path = `/domain/domains/${domain}/nameservers`
      await send({ method: 'PUT', path, body: { nameservers }, purpose, isRepeatable: true }, accepted)
    },
    keys: async (domain) => (await keysOf(domain)).map(({ ds }) => ds),
    addKey: async (domain, { flags, algorithm, publicKey: public_key }) => {
      const path = `/domain/domains/${domain}/dnskeys`
      const body = { algorithm, type: flags & secureEntryPoint ? 'ksk' : 'zsk', public_key }
      await send({ method: 'POST', path, body, purpose: `add a key of ${domain}`, isRepeatable: false }, accepted)
    },
    removeKey,
  }
}

export const gandi: RegistrarRow<'gandi', 'token'> = {
  kind: 'gandi',
  endpoint: 'https://api.gandi.net/v5',
  variables: {
    token: { variable: 'GANDI_TOKEN', what: 'is a personal access token of your organisation at Gandi' },
  },
  create: createGandi,
}
