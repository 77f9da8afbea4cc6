import { type Context, Hono } from 'hono'
import type { Domain, Internet } from './internet.ts'

/** The HTTP API of the twin's registrar over a played internet, whose addresses no real registrar would take. */
export const createRegistrarApi = (internet: Internet): Hono => {
  const app = new Hono()
  const answer = (c: Context): Response => {
    const name = c.req.param('domain') ?? ''
    const domain = internet.registered().get(name)
    if (!domain) return c.json({ error: { code: 'not_found', message: `domain '${name}' not found` } }, 404)
    const hosts = [...domain.hosts].map(([host, addresses]) => ({ name: host, addresses }))
    return c.json({ domain: { nameservers: domain.nameservers, hosts } })
  }
  const change = (c: Context, to: (domain: Domain) => Domain): Response => {
    const name = c.req.param('domain') ?? ''
    const domain = internet.registered().get(name)
    if (domain) internet.register(new Map([...internet.registered(), [name, to(domain)]]))
    return answer(c)
  }
  app.get('/domains/:domain', answer)
  app.put('/domains/:domain/hosts/:host', async (c) => {
    const { addresses } = await c.req.json<{ addresses: readonly string[] }>()
    return change(c, (domain) => ({ ...domain, hosts: new Map([...domain.hosts, [c.req.param('host'), addresses]]) }))
  })
  app.put('/domains/:domain/nameservers', async (c) => {
    const { nameservers } = await c.req.json<{ nameservers: readonly string[] }>()
    return change(c, (domain) => ({ ...domain, nameservers }))
  })
  return app
}
