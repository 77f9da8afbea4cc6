import type { Hono } from 'hono'
import { z } from 'zod'
import { allocateFloating } from './addresses.ts'
import { findByIdOrName, idOrName, labels, readBody, resourceName } from './body.ts'
import { locations } from './catalogue.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { ApiError, isProtected } from './errors.ts'
import { routeFloatingIps } from './floating-routes.ts'
import { paged, selected } from './listing.ts'
import type { FloatingIpRecord, ServerRecord } from './state.ts'
import { getRecord, recordOf, requireFreeName } from './tables.ts'
import { reverseOf, viewFloatingIp } from './views.ts'

const creation = z.object({
  type: z.enum(['ipv4', 'ipv6']),
  home_location: idOrName.nullish(),
  server: z.int().nullish(),
  name: resourceName.nullish(),
  description: z.string().nullish(),
  labels,
})
const change = z.object({ name: resourceName.optional(), description: z.string().nullish(), labels })

export const addFloatingIps = (app: Hono, cloud: Cloud): void => {
  const { store, actions } = cloud
  const all = () => Object.values(store.state.floating_ips)
  const about = (ip: FloatingIpRecord, server: number | null) => [
    { id: ip.id, type: 'floating_ip' },
    ...(server === null ? [] : [{ id: server, type: 'server' }]),
  ]
  /** Has the machine receive what is assigned to it now. */
  const routeTo = async (server: number | null): Promise<void> => {
    if (server === null || !store.state.servers[server]) return
    await routeFloatingIps(cloud, server)
  }
  /** The new machine gets the address before the old one loses it: at every moment it leads somewhere. */
  const move = async (ip: FloatingIpRecord, to: ServerRecord | null): Promise<void> => {
    const from = ip.server
    ip.server = to?.id ?? null
    await routeTo(ip.server)
    await routeTo(from)
  }
  app.get('/floating_ips', (c) => paged(c, 'floating_ips', selected(c, all(), ['ip']).map(viewFloatingIp)))
  app.get('/floating_ips/:id{[0-9]+}', (c) =>
    c.json({ floating_ip: viewFloatingIp(recordOf(cloud, 'floating_ips', c)) }),
  )
  app.post('/floating_ips', async (c) => {
    const body = await readBody(c, creation)
    const server = typeof body.server === 'number' ? getRecord(cloud, 'servers', body.server) : null
    const home = server
      ? server.location
      : body.home_location
        ? findByIdOrName(locations, body.home_location)?.name
        : undefined
    if (!home) {
      const message = 'one of server and home_location is required'
      throw new ApiError(422, 'invalid_input', "invalid input in fields 'server', 'home_location'", {
        fields: ['server', 'home_location'].map((name) => ({ name, messages: [message] })),
      })
    }
    const id = store.nextId()
    const name = body.name ?? `floating-ip-${id}`
    requireFreeName(cloud, 'floating_ips', name)
    const used = new Set([...all(), ...Object.values(store.state.primary_ips)].map((one) => one.ip))
    const address = allocateFloating(cloud.pools, body.type, used)
    const ip: FloatingIpRecord = {
      id,
      name,
      description: body.description ?? '',
      type: body.type,
      ip: address,
      home_location: home,
      server: null,
      dns_ptr: body.type === 'ipv4' ? [{ ip: address, dns_ptr: reverseOf(address) }] : [],
      protection: { delete: false },
      labels: body.labels ?? {},
      created: nowOf(cloud),
    }
    store.state.floating_ips[id] = ip
    const action = server ? actions.run('assign_floating_ip', about(ip, server.id), () => move(ip, server)) : null
    store.save()
    return c.json({ floating_ip: viewFloatingIp(ip), action }, 201)
  })
  app.put('/floating_ips/:id{[0-9]+}', async (c) => {
    const ip = recordOf(cloud, 'floating_ips', c)
    const body = await readBody(c, change)
    if (body.name !== undefined) {
      requireFreeName(cloud, 'floating_ips', body.name, ip.id)
      ip.name = body.name
    }
    if (typeof body.description === 'string') ip.description = body.description
    if (body.labels) ip.labels = body.labels
    store.save()
    return c.json({ floating_ip: viewFloatingIp(ip) })
  })
  app.delete('/floating_ips/:id{[0-9]+}', (c) => {
    const ip = recordOf(cloud, 'floating_ips', c)
    if (ip.protection.delete) throw isProtected('Floating IP')
    if (ip.server !== null) throw new ApiError(422, 'must_be_unassigned', 'Floating IP must be unassigned')
    delete store.state.floating_ips[ip.id]
    store.save()
    return c.body(null, 204)
  })
  app.post('/floating_ips/:id{[0-9]+}/actions/assign', async (c) => {
    const ip = recordOf(cloud, 'floating_ips', c)
    const body = await readBody(c, z.object({ server: z.int() }))
    const server = getRecord(cloud, 'servers', body.server)
    if (server.id === ip.server)
      throw new ApiError(422, 'floating_ip_assigned', 'Floating IP is already assigned to this server')
    return c.json({ action: actions.run('assign_floating_ip', about(ip, server.id), () => move(ip, server)) }, 201)
  })
  app.post('/floating_ips/:id{[0-9]+}/actions/unassign', (c) => {
    const ip = recordOf(cloud, 'floating_ips', c)
    return c.json({ action: actions.run('unassign_floating_ip', about(ip, ip.server), () => move(ip, null)) }, 201)
  })
  app.post('/floating_ips/:id{[0-9]+}/actions/change_protection', async (c) => {
    const ip = recordOf(cloud, 'floating_ips', c)
    const body = await readBody(c, z.object({ delete: z.boolean() }))
    const action = actions.run('change_protection', about(ip, null), async () => {
      ip.protection = { delete: body.delete }
    })
    return c.json({ action }, 201)
  })
  app.post('/floating_ips/:id{[0-9]+}/actions/change_dns_ptr', async (c) => {
    const ip = recordOf(cloud, 'floating_ips', c)
    const body = await readBody(c, z.object({ ip: z.string(), dns_ptr: z.string().nullable() }))
    const action = actions.run('change_dns_ptr', about(ip, null), async () => {
      const others = ip.dns_ptr.filter((one) => one.ip !== body.ip)
      ip.dns_ptr = [...others, { ip: body.ip, dns_ptr: body.dns_ptr ?? reverseOf(body.ip) }]
    })
    return c.json({ action }, 201)
  })
}
