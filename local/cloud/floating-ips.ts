import type { Hono } from 'hono'
import { z } from 'zod'
import { allocateFloating } from './addresses.ts'
import { findByIdOrName, idOrName, labels, nameAndLabels, readBody, resourceName } from './body.ts'
import { locations } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { ApiError, requireUnprotected } from './errors.ts'
import { routeFloatingIps } from './floating-routes.ts'
import { usedAddresses } from './public-ips.ts'
import { reverseBody, reverseChange } from './reverse-names.ts'
import type { FloatingIpRecord, ServerRecord } from './state.ts'
import { getRecord, recordOf } from './tables.ts'
import { viewFloatingIp } from './views.ts'

const creation = z.object({
  type: z.enum(['ipv4', 'ipv6']),
  home_location: idOrName.nullish(),
  server: z.int().nullish(),
  name: resourceName.nullish(),
  description: z.string().nullish(),
  labels,
})

type CreationBody = z.output<typeof creation>

const about = (ip: FloatingIpRecord, server: number | null) => [
  { id: ip.id, type: 'floating_ip' },
  ...(server === null ? [] : [{ id: server, type: 'server' }]),
]

/** Has the machine receive what is assigned to it now. */
const routeTo = async (cloud: Cloud, server: number | null): Promise<void> => {
  if (server === null || !cloud.store.state.servers[server]) return
  await routeFloatingIps(cloud, server)
}

/** The new machine gets the address before the old one loses it: at every moment it leads somewhere. */
const move = async (cloud: Cloud, ip: FloatingIpRecord, to: ServerRecord | null): Promise<void> => {
  const from = ip.server
  ip.server = to?.id ?? null
  await routeTo(cloud, ip.server)
  await routeTo(cloud, from)
}

const serverFor = (cloud: Cloud, { server }: CreationBody): ServerRecord | null =>
  typeof server === 'number' ? getRecord(cloud, 'servers', server) : null

const homeFor = (cloud: Cloud, body: CreationBody): string => {
  const wanted = serverFor(cloud, body)?.location ?? body.home_location
  const home = wanted ? findByIdOrName(locations, wanted) : undefined
  if (home) return home.name
  const message = 'one of server and home_location is required'
  throw new ApiError(422, 'invalid_input', "invalid input in fields 'server', 'home_location'", {
    fields: ['server', 'home_location'].map((name) => ({ name, messages: [message] })),
  })
}

const floatingIps: Collection<'floating_ips', CreationBody> = {
  table: 'floating_ips',
  filters: { ip: null },
  sorts: ['id', 'created'],
  view: (_, ip) => viewFloatingIp(ip),
  change: z.object({ ...nameAndLabels, description: z.string().nullish() }),
  creation: {
    body: creation,
    draft: (cloud, body, id) => {
      const home_location = homeFor(cloud, body)
      const ip = allocateFloating(cloud.pools, body.type, usedAddresses(cloud))
      return {
        name: body.name ?? `floating-ip-${id}`,
        description: body.description ?? '',
        type: body.type,
        ip,
        home_location,
        server: null,
        dns_ptr: [],
        protection: { delete: false },
      }
    },
    begin: (cloud, ip, body) => {
      const server = serverFor(cloud, body)
      if (server === null) return { action: null }
      return {
        action: cloud.actions.run('assign_floating_ip', about(ip, server.id), () => move(cloud, ip, server)),
      }
    },
  },
  requireDeletable: (_, ip) => {
    requireUnprotected('Floating IP deletion is protected', ip)
    if (ip.server !== null) throw new ApiError(422, 'must_be_unassigned', 'Floating IP must be unassigned')
  },
}

export const addFloatingIps = (app: Hono, cloud: Cloud): void => {
  const { actions } = cloud
  addCollection(app, cloud, floatingIps)
  app.post('/floating_ips/:id{[0-9]+}/actions/assign', async (c) => {
    const ip = recordOf(cloud, 'floating_ips', c)
    const body = await readBody(c, z.object({ server: z.int() }))
    const server = getRecord(cloud, 'servers', body.server)
    if (server.id === ip.server)
      throw new ApiError(422, 'floating_ip_assigned', 'Floating IP is already assigned to this server')
    return c.json(
      { action: actions.run('assign_floating_ip', about(ip, server.id), () => move(cloud, ip, server)) },
      201,
    )
  })
  app.post('/floating_ips/:id{[0-9]+}/actions/unassign', (c) => {
    const ip = recordOf(cloud, 'floating_ips', c)
    if (ip.server === null) throw new ApiError(422, 'invalid_input', 'Floating IP is not assigned')
    return c.json(
      { action: actions.run('unassign_floating_ip', about(ip, ip.server), () => move(cloud, ip, null)) },
      201,
    )
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
    const set = reverseChange([ip], await readBody(c, reverseBody))
    return c.json({ action: actions.run('change_dns_ptr', about(ip, null), async () => set()) }, 201)
  })
}
