import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { z } from 'zod'
import { hostAddressOf, macOf } from './addresses.ts'
import { findByIdOrName, idOrName, labels, readBody, serverName } from './body.ts'
import { datacenters, locations, type ServerType, serverTypes } from './catalogue.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { ApiError, invalidInput } from './errors.ts'
import { enforce } from './firewalls.ts'
import { verifyLabels } from './labels.ts'
import { requireRoomInGroup } from './placement-groups.ts'
import { prepareAttachment } from './private-nets.ts'
import { obtainPrimaryIp } from './public-ips.ts'
import type { NetworkRecord, ServerRecord } from './state.ts'
import { getRecord, requireFreeName } from './tables.ts'
import { allImages, viewServer } from './views.ts'

const creation = z.object({
  name: serverName,
  server_type: idOrName,
  image: idOrName,
  location: idOrName.nullish(),
  datacenter: idOrName.nullish(),
  start_after_create: z.boolean().nullish(),
  placement_group: z.int().nullish(),
  ssh_keys: z.array(idOrName).nullish(),
  networks: z.array(z.int()).nullish(),
  firewalls: z.array(z.object({ firewall: z.int() })).nullish(),
  user_data: z
    .string()
    .max(32 * 1024)
    .nullish(),
  labels,
  public_net: z
    .object({
      enable_ipv4: z.boolean().nullish(),
      enable_ipv6: z.boolean().nullish(),
      ipv4: z.int().nullish(),
      ipv6: z.int().nullish(),
    })
    .nullish(),
})

type Body = z.output<typeof creation>

/** POST /servers: everything is refused at once or the server exists, whatever becomes of its actions. */
export const createServer = async (context: Context, cloud: Cloud): Promise<Response> => {
  const body = await readBody(context, creation)
  const order = placeOrder(cloud, body)
  const server = recordServer(cloud, body, order)
  const { actions } = cloud
  const about = [{ id: server.id, type: 'server' }]
  const made = makeMachine(cloud, server, order.image.name ?? `snapshot-${order.image.id}`)
  // whoever waits for it below sees the failure; nobody else has to
  made.catch(() => undefined)
  const isStarted = body.start_after_create ?? true
  const attachments = order.networks.map((network) => ({ network, attach: prepareAttachment(cloud, server, network) }))
  const create = actions.run('create_server', about, async () => {
    await made
    if (server.status === 'initializing') server.status = isStarted ? 'starting' : 'off'
  })
  const next = [
    ...(isStarted
      ? [
          actions.run('start_server', about, async () => {
            await made
            await cloud.machines.start(server.id)
            server.status = 'running'
          }),
        ]
      : []),
    ...attachments.map(({ network, attach }) =>
      actions.run('attach_to_network', [...about, { id: network.id, type: 'network' }], async () => {
        await made
        await attach()
      }),
    ),
    ...server.firewalls.map((id) =>
      actions.run('apply_firewall', [...about, { id, type: 'firewall' }], async () => {
        await made
      }),
    ),
  ]
  cloud.store.save()
  const root_password = server.ssh_keys.length > 0 ? null : randomBytes(12).toString('base64url')
  if (root_password) made.then(() => cloud.machines.setRootPassword(server.id, root_password)).catch(() => undefined)
  return context.json({ server: viewServer(cloud, server), action: create, next_actions: next, root_password }, 201)
}

/** Disk, network and firewall, in this order, so that the machine is never up without its filter. */
const makeMachine = async (cloud: Cloud, server: ServerRecord, image: string): Promise<void> => {
  const { state } = cloud.store
  const addressOf = (id: number | null): string | null => (id === null ? null : (state.primary_ips[id]?.ip ?? null))
  const ipv6 = addressOf(server.primary_ips.ipv6)
  await cloud.machines.create({
    id: server.id,
    name: server.name,
    image,
    publicIpv4: addressOf(server.primary_ips.ipv4),
    publicIpv6: ipv6 === null ? null : hostAddressOf(ipv6),
    mac: server.mac,
    authorizedKeys: server.ssh_keys,
    userData: server.user_data,
  })
  await enforce(cloud, server)
}

interface Order {
  readonly type: ServerType
  readonly image: ReturnType<typeof allImages>[number]
  readonly location: string
  readonly networks: readonly NetworkRecord[]
  readonly sshKeys: readonly string[]
}

const placeOrder = (cloud: Cloud, body: Body): Order => {
  const { state } = cloud.store
  requireFreeName(cloud, 'servers', body.name)
  const type = findByIdOrName(serverTypes(cloud.faults.isSoldOut), body.server_type)
  if (!type) throw invalidInput('server_type', `server type '${body.server_type}' not found`)
  const location = locationFor(cloud, body, type)
  const images = allImages(cloud).filter(
    (one) => one.architecture === type.architecture || one.id === Number(body.image),
  )
  const image = findByIdOrName(images, body.image)
  if (!image) throw invalidInput('image', `image '${body.image}' not found`)
  if (image.architecture !== type.architecture)
    throw invalidInput('image', 'incompatible architecture of image and server type')
  if (typeof body.placement_group === 'number') {
    getRecord(cloud, 'placement_groups', body.placement_group)
    requireRoomInGroup(cloud, body.placement_group)
  }
  for (const { firewall } of body.firewalls ?? []) getRecord(cloud, 'firewalls', firewall)
  const keys = (body.ssh_keys ?? []).map((wanted) => {
    const key = findByIdOrName(Object.values(state.ssh_keys), wanted)
    if (!key) throw invalidInput('ssh_keys', `SSH key '${wanted}' not found`)
    return key.public_key.trim()
  })
  const networks = (body.networks ?? []).map((id) => getRecord(cloud, 'networks', id))
  return { type, image, location, networks, sshKeys: keys }
}

const locationFor = (cloud: Cloud, { location, datacenter }: Body, type: ServerType): string => {
  const byDatacenter =
    cloud.hasDatacenters && datacenter ? findByIdOrName(datacenters(), datacenter)?.location.name : undefined
  const wanted = location ?? byDatacenter ?? 'fsn1'
  const found = findByIdOrName(locations, wanted)
  if (!found) throw invalidInput('location', `location '${wanted}' not found`)
  const offer = type.locations.find((one) => one.name === found.name)
  if (!offer) throw invalidInput('server_type', 'unsupported location for server type')
  if (!offer.available) {
    throw new ApiError(
      412,
      'resource_unavailable',
      'we are unable to provision servers for this location, try with a different location or try later',
    )
  }
  return found.name
}

const recordServer = (cloud: Cloud, body: Body, { type, image, location, sshKeys }: Order): ServerRecord => {
  const { store } = cloud
  const wanted = body.public_net
  const verified = verifyLabels(body.labels)
  const ipv4 = (wanted?.enable_ipv4 ?? true) ? obtainPrimaryIp(cloud, 'ipv4', wanted?.ipv4, location) : undefined
  const ipv6 = (wanted?.enable_ipv6 ?? true) ? obtainPrimaryIp(cloud, 'ipv6', wanted?.ipv6, location) : undefined
  const id = store.nextId()
  const server: ServerRecord = {
    id,
    name: body.name,
    status: 'initializing',
    created: nowOf(cloud),
    labels: verified,
    server_type: type.name,
    image: image.id,
    location,
    placement_group: body.placement_group ?? null,
    protection: { delete: false, rebuild: false },
    primary_ips: { ipv4: ipv4?.id ?? null, ipv6: ipv6?.id ?? null },
    private_net: [],
    firewalls: [...new Set((body.firewalls ?? []).map(({ firewall }) => firewall))],
    mac: macOf('96', id),
    user_data: body.user_data ?? '',
    ssh_keys: sshKeys,
  }
  for (const ip of [ipv4, ipv6]) if (ip) ip.assignee_id = id
  store.state.servers[id] = server
  return server
}
