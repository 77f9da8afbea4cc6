import { z } from 'zod'
import { dsText, dsTextOf, pointsAt } from './domain-key.ts'
import { plainName } from './driver.ts'
import { verifyEndpoint, verifySecret } from './endpoint.ts'
import type { RefusalKind } from './errors.ts'
import { type Answer, createSend, type Refusal } from './request.ts'
import type { RegistrarRow } from './row.ts'

const domainAnswer = z.object({
  domain: z.object({
    nameservers: z.array(z.string()),
    /** Missing until some were entered for the first time. */
    ds: z.array(dsText).default([]),
    hosts: z.array(z.object({ name: z.string(), addresses: z.array(z.string()) })),
  }),
})

const errorAnswer = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

const kinds: Readonly<Record<string, RefusalKind>> = {
  unauthorized: 'credentials',
  not_found: 'unknown-domain',
  unavailable: 'unavailable',
  server_error: 'unavailable',
}

const hints: Partial<Readonly<Record<RefusalKind, string>>> = {
  credentials: 'Take REGISTRAR_TOKEN from the environment file that local-up wrote last.',
  'unknown-domain':
    'It knows the domains of its zones folder: look at the names of the files there, and run local-up again.',
}

const refusalOf = ({ status, body }: Answer): Refusal | undefined => {
  const result = errorAnswer.safeParse(body)
  if (!result.success || status < 400) return undefined
  const { code, message } = result.data.error
  const kind = status === 429 ? 'rate-limit' : (kinds[code] ?? (status >= 500 ? 'unavailable' : 'refused'))
  return { kind, code, words: message, hint: hints[kind] ?? 'Put right what it says, then run this again.' }
}

/** The registrar of the little internet around the local twin. Host objects are replaced whole, by PUT, and so
 * are the DS records of a domain. */
const createTwinRegistrar: RegistrarRow<'twin', 'token'>['create'] = (settings, effects) => {
  const token = verifySecret(settings.token, 'REGISTRAR_TOKEN')
  const name = 'the registrar of the twin'
  const send = createSend({
    registrar: name,
    endpoint: verifyEndpoint(settings.endpoint, { isPrivate: true }),
    headers: { authorization: `Bearer ${token}` },
    secrets: [token],
    refusalOf,
    ...effects,
  })
  const read = async (domain: string) => {
    const call = { method: 'GET', path: `/domains/${domain}`, purpose: `read ${domain}`, isRepeatable: true } as const
    return (await send(call, domainAnswer)).domain
  }
  const put = async (path: string, body: object, purpose: string): Promise<void> => {
    await send({ method: 'PUT', path, body, purpose, isRepeatable: true }, domainAnswer)
  }
  const putKeys = (domain: string, ds: readonly string[]): Promise<void> =>
    put(`/domains/${domain}/ds`, { ds }, `set the keys of ${domain}`)
  return {
    name,
    hosts: async (domain) => new Map((await read(domain)).hosts.map((host) => [plainName(host.name), host.addresses])),
    putHost: ({ domain, host, addresses }) =>
      put(`/domains/${domain}/hosts/${host}`, { addresses }, `set the glue of ${host}`),
    nameservers: async (domain) => (await read(domain)).nameservers,
    putNameservers: (domain, nameservers) =>
      put(`/domains/${domain}/nameservers`, { nameservers }, `set the nameservers of ${domain}`),
    keys: async (domain) => (await read(domain)).ds,
    addKey: async (domain, key) => putKeys(domain, [...(await read(domain)).ds, dsTextOf(key)]),
    removeKey: async (domain, key) => {
      const isOfKey = pointsAt(domain, key)
      await putKeys(
        domain,
        (await read(domain)).ds.filter((ds) => !isOfKey(ds)),
      )
    },
  }
}

const written = 'is written into its environment file by local-up'

export const twin: RegistrarRow<'twin', 'token'> = {
  kind: 'twin',
  endpoint: { variable: 'REGISTRAR_ENDPOINT', what: written },
  variables: { token: { variable: 'REGISTRAR_TOKEN', what: written } },
  create: createTwinRegistrar,
}
