import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { type Domain, getDomain, removeHost, setDs, setHost, setNameservers } from './domains.ts'
import { addFaults } from './fault-routes.ts'
import { notFound, Refusal } from './refusal.ts'
import type { Registry } from './registry.ts'
import { answerError, nameIn, readBody } from './request.ts'

/**
 * The registrar's HTTP API. A change is answered when it is accepted and the parents show it, but for those told to be late.
 * @param token the only one that is taken
 */
export const createRegistrar = (registry: Registry, token: string): Hono => {
  const app = new Hono()
  app.onError(answerError)
  app.notFound((c) => answerError(notFound(`${c.req.method} ${c.req.path}`), c))
  app.use('*', async (c, next) => {
    if (c.req.header('authorization') !== `Bearer ${token}`) {
      throw new Refusal(401, 'unauthorized', 'the token is missing or wrong')
    }
    await next()
  })
  addFaults(app, registry)
  addDomains(app, registry)
  return app
}

const addDomains = (app: Hono, registry: Registry): void => {
  const domains = (): readonly Domain[] => registry.read().domains
  const accept = async (c: Context, changed: readonly Domain[]): Promise<Response> => {
    await registry.accept({ domains: changed })
    return answer(c)
  }
  const answer = (c: Context): Response => c.json({ domain: getDomain(domains(), nameIn(c, 'domain')) })

  app.get('/v1/domains', (c) => c.json({ domains: domains().map(({ name }) => name) }))
  app.get('/v1/domains/:domain', answer)
  app.put('/v1/domains/:domain/nameservers', async (c) => {
    const { nameservers } = await readBody(c, z.object({ nameservers: z.array(z.string()) }))
    return accept(c, setNameservers(domains(), nameIn(c, 'domain'), nameservers))
  })
  app.put('/v1/domains/:domain/ds', async (c) => {
    const { ds } = await readBody(c, z.object({ ds: z.array(z.string()) }))
    return accept(c, setDs(domains(), nameIn(c, 'domain'), ds))
  })
  app.put('/v1/domains/:domain/hosts/:host', async (c) => {
    const { addresses } = await readBody(c, z.object({ addresses: z.array(z.string()) }))
    return accept(c, setHost(domains(), nameIn(c, 'domain'), { name: nameIn(c, 'host'), addresses }))
  })
  app.delete('/v1/domains/:domain/hosts/:host', (c) =>
    accept(c, removeHost(domains(), nameIn(c, 'domain'), nameIn(c, 'host'))),
  )
}
