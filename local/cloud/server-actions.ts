import { randomBytes } from 'node:crypto'
import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { hostAddressOf } from './addresses.ts'
import { findByIdOrName, idOrName, readBody } from './body.ts'
import { serverTypes } from './catalogue.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { ApiError, invalidInput, isProtected, notFound } from './errors.ts'
import { enforce } from './firewalls.ts'
import { requireRoomInGroup } from './placement-groups.ts'
import { plug, prepareAttachment } from './private-nets.ts'
import type { ActionRecord, ServerRecord } from './state.ts'
import { getRecord, recordOf } from './tables.ts'
import { allImages, viewImage } from './views.ts'

const requireOff = (server: ServerRecord): void => {
  if (server.status !== 'off') throw new ApiError(422, 'server_not_stopped', 'server needs to be stopped')
}

const attachment = z.object({ network: z.int(), ip: z.string().nullish(), alias_ips: z.array(z.string()).nullish() })

interface Doing {
  readonly command: string
  readonly work: () => Promise<void>
  readonly also?: readonly ActionRecord['resources'][number][]
}

export const addServerActions = (app: Hono, cloud: Cloud): void => {
  const { store, actions, machines } = cloud
  /** Answers 201 with an action on the server, or 423 while another one runs. */
  const begin = (server: ServerRecord, { command, work, also = [] }: Doing): ActionRecord => {
    actions.requireUnlocked(server.id)
    return actions.run(command, [{ id: server.id, type: 'server' }, ...also], work)
  }
  const on = (name: string, plan: (server: ServerRecord, context: Context) => Promise<Doing> | Doing): void => {
    app.post(`/servers/:id{[0-9]+}/actions/${name}`, async (c) => {
      const server = recordOf(cloud, 'servers', c)
      return c.json({ action: begin(server, await plan(server, c)) }, 201)
    })
  }
  const becomes =
    (server: ServerRecord, status: ServerRecord['status'], work: () => Promise<void>) => async (): Promise<void> => {
      await work()
      server.status = status
    }

  on('poweron', (server) => ({
    command: 'start_server',
    work: becomes(server, 'running', () => machines.start(server.id)),
  }))
  on('poweroff', (server) => ({ command: 'stop_server', work: becomes(server, 'off', () => machines.stop(server.id)) }))
  on('shutdown', (server) => ({
    command: 'shutdown_server',
    // success means that the signal was sent; whoever asks again sees when the system is off
    work: async () => {
      void machines.shutdown(server.id).then(() => {
        server.status = 'off'
        store.save()
      })
    },
  }))
  const restart = (server: ServerRecord, stop: () => Promise<void>) =>
    becomes(server, 'running', async () => {
      await stop()
      await machines.start(server.id)
    })
  on('reboot', (server) => ({ command: 'reboot_server', work: restart(server, () => machines.shutdown(server.id)) }))
  on('reset', (server) => ({ command: 'reset_server', work: restart(server, () => machines.stop(server.id)) }))
  on('change_protection', async (server, c) => {
    const body = await readBody(c, z.object({ delete: z.boolean().optional(), rebuild: z.boolean().optional() }))
    if (body.delete !== body.rebuild) throw invalidInput('delete', 'must be the same as rebuild')
    const value = body.delete ?? false
    return {
      command: 'change_protection',
      work: async () => {
        server.protection = { delete: value, rebuild: value }
      },
    }
  })
  on('attach_to_network', async (server, c) => {
    const body = await readBody(c, attachment)
    const network = getRecord(cloud, 'networks', body.network)
    actions.requireUnlocked(server.id)
    const work = prepareAttachment(cloud, server, network, body)
    return { command: 'attach_to_network', work, also: [{ id: network.id, type: 'network' }] }
  })
  on('detach_from_network', async (server, c) => {
    const { network } = await readBody(c, z.object({ network: z.int() }))
    if (!server.private_net.some((one) => one.network === network)) throw notFound('network attachment')
    return {
      command: 'detach_from_network',
      also: [{ id: network, type: 'network' }],
      work: async () => {
        await machines.detach(server.id, network)
        server.private_net = server.private_net.filter((one) => one.network !== network)
      },
    }
  })
  on('change_alias_ips', async (server, c) => {
    const body = await readBody(c, z.object({ network: z.int(), alias_ips: z.array(z.string()) }))
    const network = getRecord(cloud, 'networks', body.network)
    const net = server.private_net.find((one) => one.network === body.network)
    if (!net) throw notFound('network attachment')
    return {
      command: 'change_alias_ips',
      work: async () => {
        const changed = { ...net, alias_ips: body.alias_ips }
        await plug(cloud, server, network, changed)
        server.private_net = server.private_net.map((one) => (one === net ? changed : one))
      },
    }
  })
  on('add_to_placement_group', async (server, c) => {
    const { placement_group } = await readBody(c, z.object({ placement_group: z.int() }))
    getRecord(cloud, 'placement_groups', placement_group)
    if (server.placement_group !== null)
      throw new ApiError(422, 'already_in_placement_group', 'server is already in a placement group')
    requireOff(server)
    requireRoomInGroup(cloud, placement_group)
    return {
      command: 'add_to_placement_group',
      work: async () => {
        server.placement_group = placement_group
      },
    }
  })
  on('remove_from_placement_group', (server) => ({
    command: 'remove_from_placement_group',
    work: async () => {
      server.placement_group = null
    },
  }))
  on('change_type', async (server, c) => {
    const body = await readBody(c, z.object({ server_type: idOrName }))
    const type = findByIdOrName(serverTypes(cloud.faults.isSoldOut), body.server_type)
    if (!type) throw invalidInput('server_type', `server type '${body.server_type}' not found`)
    requireOff(server)
    return {
      command: 'change_server_type',
      work: async () => {
        server.server_type = type.name
      },
    }
  })
  on('change_dns_ptr', async (server, c) => {
    const body = await readBody(c, z.object({ ip: z.string(), dns_ptr: z.string().nullable() }))
    const own = [server.primary_ips.ipv4, server.primary_ips.ipv6].flatMap((id) =>
      id === null ? [] : (store.state.primary_ips[id] ?? []),
    )
    const ip = own.find((one) => one.ip === body.ip || one.type === 'ipv6')
    if (!ip) throw invalidInput('ip', 'is not an IP of this server')
    return {
      command: 'change_dns_ptr',
      work: async () => {
        const others = ip.dns_ptr.filter((one) => one.ip !== body.ip)
        ip.dns_ptr = body.dns_ptr === null ? others : [...others, { ip: body.ip, dns_ptr: body.dns_ptr }]
      },
    }
  })

  app.post('/servers/:id{[0-9]+}/actions/reset_password', (c) => {
    const server = recordOf(cloud, 'servers', c)
    const root_password = randomBytes(12).toString('base64url')
    const action = begin(server, {
      command: 'reset_password',
      work: () => machines.setRootPassword(server.id, root_password),
    })
    return c.json({ root_password, action }, 201)
  })
  app.post('/servers/:id{[0-9]+}/actions/rebuild', async (c) => {
    const server = recordOf(cloud, 'servers', c)
    if (server.protection.rebuild) throw isProtected('server rebuild')
    const body = await readBody(c, z.object({ image: idOrName, user_data: z.string().nullish() }))
    const image = findByIdOrName(allImages(cloud), body.image)
    if (!image) throw invalidInput('image', `image '${body.image}' not found`)
    const work = becomes(server, 'running', async () => {
      server.image = image.id
      server.user_data = body.user_data ?? server.user_data
      await rebuild(cloud, server, image.name ?? `snapshot-${image.id}`)
    })
    const action = begin(server, { command: 'rebuild_server', work })
    server.status = 'rebuilding'
    return c.json({ root_password: null, action }, 201)
  })
  app.post('/servers/:id{[0-9]+}/actions/create_image', async (c) => {
    const server = recordOf(cloud, 'servers', c)
    const body = await readBody(
      c,
      z.object({
        type: z.enum(['snapshot', 'backup']).nullish(),
        description: z.string().nullish(),
        labels: z.record(z.string(), z.string()).nullish(),
      }),
    )
    actions.requireUnlocked(server.id)
    const image = {
      id: store.nextId(),
      type: body.type ?? ('snapshot' as const),
      status: 'creating' as 'creating' | 'available',
      description: body.description ?? server.name,
      labels: body.labels ?? {},
      created: nowOf(cloud),
      created_from: { id: server.id, name: server.name },
      bound_to: body.type === 'backup' ? server.id : null,
      disk_size: 40,
      image_size: null as number | null,
      architecture: 'x86' as const,
      protection: { delete: false },
    }
    store.state.images[image.id] = image
    const work = async (): Promise<void> => {
      const { bytes } = await machines.snapshot(server.id, `snapshot-${image.id}`)
      image.image_size = bytes / 1e9
      image.status = 'available'
    }
    const action = begin(server, { command: 'create_image', work, also: [{ id: image.id, type: 'image' }] })
    return c.json({ image: viewImage(image), action }, 201)
  })
}

/** A new disk under the same addresses. */
const rebuild = async (cloud: Cloud, server: ServerRecord, image: string): Promise<void> => {
  const { machines, store } = cloud
  const addressOf = (id: number | null): string | null =>
    id === null ? null : (store.state.primary_ips[id]?.ip ?? null)
  const ipv6 = addressOf(server.primary_ips.ipv6)
  await machines.destroy(server.id)
  await machines.create({
    id: server.id,
    name: server.name,
    image,
    publicIpv4: addressOf(server.primary_ips.ipv4),
    publicIpv6: ipv6 === null ? null : hostAddressOf(ipv6),
    mac: server.mac,
    authorizedKeys: server.ssh_keys,
    userData: server.user_data,
  })
  for (const net of server.private_net) await plug(cloud, server, getRecord(cloud, 'networks', net.network), net)
  await enforce(cloud, server)
  await machines.start(server.id)
}
