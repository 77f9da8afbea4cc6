import type { Hono } from 'hono'
import { z } from 'zod'
import { findByIdOrName, idOrName, labels, nameAndLabels, readBody, resourceName } from './body.ts'
import { locations } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { locationOfDatacenter } from './datacenters.ts'
import { ApiError, invalidInput, requireUnprotected } from './errors.ts'
import { freshAddress } from './public-ips.ts'
import { reverseBody, reverseChange } from './reverse-names.ts'
import type { PrimaryIpRecord, ServerRecord } from './state.ts'
import { getRecord, recordOf } from './tables.ts'
import { viewPrimaryIp } from './views.ts'

const creation = z.object({
  name: resourceName,
  type: z.enum(['ipv4', 'ipv6']),
  location: idOrName.nullish(),
  datacenter: idOrName.nullish(),
  assignee_id: z.int().nullish(),
  assignee_type: z.literal('server').nullish(),
  auto_delete: z.boolean().nullish(),
  labels,
})
const assignment = z.object({ assignee_id: z.int(), assignee_type: z.literal('server').nullish() })
type CreationBody = z.output<typeof creation>

const requireAssignable = (
  server: ServerRecord,
  ip: Pick<PrimaryIpRecord, 'type'> & { readonly location?: string },
): void => {
  if (ip.location !== undefined && ip.location !== server.location)
    throw new ApiError(422, 'primary_ip_datacenter_mismatch', 'primary IP is in another location')
  if (server.status !== 'off') throw new ApiError(422, 'server_not_stopped', 'server needs to be stopped')
  if (server.primary_ips[ip.type] !== null)
    throw new ApiError(422, `server_has_${ip.type}`, `server already has an ${ip.type} address`)
}

const assign = (ip: PrimaryIpRecord, server: ServerRecord): void => {
  ip.assignee_id = server.id
  server.primary_ips[ip.type] = ip.id
}

const about = (ip: PrimaryIpRecord, server?: number | null) => [
  { id: ip.id, type: 'primary_ip' },
  ...(typeof server === 'number' ? [{ id: server, type: 'server' }] : []),
]

const serverFor = (cloud: Cloud, { assignee_id }: CreationBody): ServerRecord | undefined =>
  typeof assignee_id === 'number' ? getRecord(cloud, 'servers', assignee_id) : undefined

const locationFor = (cloud: Cloud, body: CreationBody): string => {
  const byDatacenter = locationOfDatacenter(cloud, body.datacenter)
  const wanted = serverFor(cloud, body)?.location ?? body.location ?? byDatacenter
  const location = wanted === undefined ? undefined : findByIdOrName(locations, wanted)
  if (!location) throw invalidInput('location', 'is required unless the IP is assigned')
  return location.name
}

const primaryIps: Collection<'primary_ips', CreationBody> = {
  table: 'primary_ips',
  filters: { ip: null },
  sorts: ['id', 'created'],
  view: viewPrimaryIp,
  change: z.object({ ...nameAndLabels, auto_delete: z.boolean().nullish() }),
  requireChangeable: (_, { auto_delete }, ip) => {
    if (auto_delete && ip.protection.delete)
      throw invalidInput('auto_delete', 'must be false while deletion is protected')
  },
  creation: {
    body: creation,
    draft: (cloud, body) => {
      const server = serverFor(cloud, body)
      if (server) requireAssignable(server, { type: body.type })
      return {
        name: body.name,
        location: locationFor(cloud, body),
        auto_delete: body.auto_delete ?? false,
        ...freshAddress(cloud, body.type),
      }
    },
    begin: (cloud, ip, body) => {
      const server = serverFor(cloud, body)
      if (!server) return { action: null }
      assign(ip, server)
      return { action: cloud.actions.done('assign_primary_ip', about(ip, server.id)) }
    },
  },
  requireDeletable: (_, ip) => {
    requireUnprotected('Primary IP deletion is protected', ip)
    if (ip.assignee_id !== null) throw new ApiError(422, 'must_be_unassigned', 'primary IP must be unassigned')
  },
}

export const addPrimaryIps = (app: Hono, cloud: Cloud): void => {
  const { store, actions } = cloud
  addCollection(app, cloud, primaryIps)
  app.post('/primary_ips/:id{[0-9]+}/actions/assign', async (c) => {
    const ip = recordOf(cloud, 'primary_ips', c)
    const server = getRecord(cloud, 'servers', (await readBody(c, assignment)).assignee_id)
    if (ip.assignee_id !== null)
      throw new ApiError(422, 'primary_ip_already_assigned', 'primary IP is already assigned')
    requireAssignable(server, ip)
    actions.requireUnlocked(server.id)
    return c.json(
      { action: actions.run('assign_primary_ip', about(ip, server.id), async () => assign(ip, server)) },
      201,
    )
  })
  app.post('/primary_ips/:id{[0-9]+}/actions/unassign', (c) => {
    const ip = recordOf(cloud, 'primary_ips', c)
    const server = ip.assignee_id === null ? undefined : store.state.servers[ip.assignee_id]
    // the status is the API's for what makes no sense; its code for this is not known
    if (ip.assignee_id === null) throw new ApiError(422, 'invalid_input', 'primary IP is not assigned')
    if (server && server.status !== 'off') throw new ApiError(422, 'server_not_stopped', 'server needs to be stopped')
    if (server) actions.requireUnlocked(server.id)
    const action = actions.run('unassign_primary_ip', about(ip, server?.id), async () => {
      ip.assignee_id = null
      if (server) server.primary_ips[ip.type] = null
    })
    return c.json({ action }, 201)
  })
  app.post('/primary_ips/:id{[0-9]+}/actions/change_protection', async (c) => {
    const ip = recordOf(cloud, 'primary_ips', c)
    const body = await readBody(c, z.object({ delete: z.boolean() }))
    if (body.delete && ip.auto_delete) throw invalidInput('delete', 'auto_delete must be false')
    const action = actions.run('change_protection', about(ip), async () => {
      ip.protection = { delete: body.delete }
    })
    return c.json({ action }, 201)
  })
  app.post('/primary_ips/:id{[0-9]+}/actions/change_dns_ptr', async (c) => {
    const ip = recordOf(cloud, 'primary_ips', c)
    const set = reverseChange([ip], await readBody(c, reverseBody))
    return c.json({ action: actions.run('change_dns_ptr', about(ip), async () => set()) }, 201)
  })
}
