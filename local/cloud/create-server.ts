import { randomBytes } from 'node:crypto'
import type { Context } from 'hono'
import { macOf } from './addresses.ts'
import { readBody } from './body.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { makeMachine } from './machine.ts'
import { type Attachment, prepareAttachment } from './private-nets.ts'
import { freshAddress } from './public-ips.ts'
import { requireInterface } from './server-doing.ts'
import { placeOrder, type ServerBody, type ServerOrder, serverBody, wantedIps } from './server-order.ts'
import type { ActionRecord, NetworkRecord, PrimaryIpRecord, ServerRecord } from './state.ts'
import { viewServer } from './views.ts'

/** POST /servers: everything is refused at once or the server exists, whatever becomes of its actions. */
export const createServer = async (context: Context, cloud: Cloud): Promise<Response> => {
  const body = await readBody(context, serverBody)
  const order = placeOrder(cloud, body)
  const server = draftServer(cloud, body, order)
  const ips = primaryIpsFor(cloud, body, order.location)
  const attachments = order.networks.map((network) => ({ network, ...prepareAttachment(cloud, server, network) }))
  for (const ip of ips) givePrimaryIp(cloud, server, ip)
  cloud.store.state.servers[server.id] = server
  const root_password = server.ssh_keys.length > 0 ? null : randomBytes(12).toString('base64url')
  const [action, ...next_actions] = beginAll(cloud, server, {
    attachments,
    isStarted: body.start_after_create ?? true,
    make: async () => {
      await makeMachine(cloud, server)
      if (root_password) await cloud.machines.setRootPassword(server.id, root_password)
    },
  })
  return context.json({ server: viewServer(cloud, server), action, next_actions, root_password }, 201)
}

interface Beginning {
  readonly attachments: readonly (Attachment & { readonly network: NetworkRecord })[]
  readonly isStarted: boolean
  readonly make: () => Promise<void>
}

/** All actions run side by side, as in the real cloud; each waits only for the machine to exist. */
const beginAll = (
  { actions, machines }: Cloud,
  server: ServerRecord,
  { attachments, isStarted, make }: Beginning,
): readonly ActionRecord[] => {
  const made = make()
  // whoever waits for it below sees the failure; nobody else has to
  made.catch(() => undefined)
  const about = { id: server.id, type: 'server' }
  const create = actions.run('create_server', [about], async () => {
    await made
    if (server.status === 'initializing') server.status = isStarted ? 'starting' : 'off'
  })
  const start = async (): Promise<void> => {
    await made
    requireInterface(server)
    await machines.start(server.id)
    server.status = 'running'
  }
  const stayOff = (): void => {
    server.status = 'off'
  }
  return [
    create,
    ...(isStarted ? [actions.run('start_server', [about], start, stayOff)] : []),
    ...attachments.map(({ network, attach, undo }) =>
      actions.run('attach_to_network', [about, { id: network.id, type: 'network' }], () => made.then(attach), undo),
    ),
    ...server.firewalls.map((id) => actions.run('apply_firewall', [about, { id, type: 'firewall' }], () => made)),
  ]
}

/** Not known to anybody yet, so that what is refused later leaves nothing behind. */
const draftServer = (cloud: Cloud, body: ServerBody, { type, image, location, sshKeys }: ServerOrder): ServerRecord => {
  const id = cloud.store.nextId()
  return {
    id,
    name: body.name,
    status: 'initializing',
    created: nowOf(cloud),
    labels: body.labels ?? {},
    server_type: type.name,
    image: image.id,
    location,
    placement_group: body.placement_group ?? null,
    protection: { delete: false, rebuild: false },
    primary_ips: { ipv4: null, ipv6: null },
    private_net: [],
    firewalls: [...new Set((body.firewalls ?? []).map(({ firewall }) => firewall))],
    mac: macOf('96', id),
    user_data: body.user_data ?? '',
    ssh_keys: sshKeys,
  }
}

/** Those made before, or new ones that go with the server. @throws ApiError when there are none left, and sets nothing */
const primaryIpsFor = (cloud: Cloud, body: ServerBody, location: string): readonly PrimaryIpRecord[] =>
  wantedIps(cloud, body).map(({ type, wanted }) => {
    const made = typeof wanted === 'number' ? cloud.store.state.primary_ips[wanted] : undefined
    return made ?? newPrimaryIp(cloud, type, location)
  })

const newPrimaryIp = (cloud: Cloud, type: PrimaryIpRecord['type'], location: string): PrimaryIpRecord => {
  const id = cloud.store.nextId()
  const stamp = { id, name: `primary_ip-${id}`, labels: {}, created: nowOf(cloud) }
  return { ...stamp, location, auto_delete: true, ...freshAddress(cloud, type) }
}

const givePrimaryIp = ({ store }: Cloud, server: ServerRecord, ip: PrimaryIpRecord): void => {
  store.state.primary_ips[ip.id] = ip
  store.touch('primary_ips', ip.id)
  ip.assignee_id = server.id
  server.primary_ips[ip.type] = ip.id
}
