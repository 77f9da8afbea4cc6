import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { removeBackups } from './backups.ts'
import { idOrName, readBody } from './body.ts'
import type { Cloud } from './cloud.ts'
import { ApiError, invalidInput, notFound } from './errors.ts'
import { requireRoomInGroup } from './placement-groups.ts'
import { plug, prepareAttachment, requireAliases } from './private-nets.ts'
import { reverseBody, reverseChange } from './reverse-names.ts'
import { diskOf, requireChangeable, requireType } from './server-disk.ts'
import { becomes, beginOn, type Doing, hasInterface, requireInterface } from './server-doing.ts'
import { addServerImages } from './server-images.ts'
import type { ServerRecord } from './state.ts'
import { getRecord, recordOf } from './tables.ts'

const requireOff = (server: ServerRecord): void => {
  if (server.status !== 'off') throw new ApiError(422, 'server_not_stopped', 'server needs to be stopped')
}

/** A machine that was removed meanwhile, or does not obey, stays what it is. */
const shutDown = async ({ machines, store }: Cloud, server: ServerRecord): Promise<void> => {
  await machines.shutdown(server.id).catch(() => undefined)
  if (server.status === 'running' && (await machines.state(server.id)) === 'off') server.status = 'off'
  store.touch('servers', server.id)
  store.save()
}

const attachment = z.object({
  network: z.int(),
  ip: z.string().nullish(),
  alias_ips: z.array(z.string()).nullish(),
  ip_range: z.string().nullish(),
})

export const addServerActions = (app: Hono, cloud: Cloud): void => {
  const { store, actions, machines } = cloud
  const on = (name: string, plan: (server: ServerRecord, context: Context) => Promise<Doing> | Doing): void => {
    app.post(`/servers/:id{[0-9]+}/actions/${name}`, async (c) => {
      const server = recordOf(cloud, 'servers', c)
      return c.json({ action: beginOn(cloud, server, await plan(server, c)) }, 201)
    })
  }
  on('poweron', (server) => ({
    command: 'start_server',
    work: becomes(server, 'running', () => {
      requireInterface(server)
      return machines.start(server.id)
    }),
  }))
  on('poweroff', (server) => ({ command: 'stop_server', work: becomes(server, 'off', () => machines.stop(server.id)) }))
  on('shutdown', (server) => ({
    command: 'shutdown_server',
    // success means that the signal was sent; whoever asks again sees when the system is off
    work: async () => {
      void shutDown(cloud, server)
    },
  }))
  const restart = (server: ServerRecord, stop: () => Promise<void>) =>
    becomes(server, 'running', async () => {
      requireInterface(server)
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
    const { attach, undo } = prepareAttachment(cloud, server, network, body)
    return { command: 'attach_to_network', work: attach, undo, also: [{ id: network.id, type: 'network' }] }
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
    requireAliases(cloud, server, network, body)
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
        // several may have been on their way into the last place
        requireRoomInGroup(cloud, placement_group)
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
    const body = await readBody(c, z.object({ server_type: idOrName, upgrade_disk: z.boolean() }))
    const type = requireType(cloud, body.server_type)
    requireOff(server)
    requireChangeable(cloud, server, type)
    const disk = body.upgrade_disk ? type.disk : diskOf(cloud, server)
    return {
      command: 'change_server_type',
      work: async () => {
        server.server_type = type.name
        server.disk = disk
        if (!hasInterface(server)) return
        await machines.start(server.id)
        server.status = 'running'
      },
    }
  })
  on('enable_backup', (server) => ({
    command: 'enable_backup',
    work: async () => {
      server.backup_window = '22-02'
    },
  }))
  on('disable_backup', (server) => ({
    command: 'disable_backup',
    work: async () => {
      server.backup_window = null
      await removeBackups(cloud, server.id)
    },
  }))
  on('change_dns_ptr', async (server, c) => {
    const body = await readBody(c, reverseBody)
    const owned = [server.primary_ips.ipv4, server.primary_ips.ipv6].flatMap((id) =>
      id === null ? [] : (store.state.primary_ips[id] ?? []),
    )
    const set = reverseChange(owned, body)
    return { command: 'change_dns_ptr', work: async () => set() }
  })
  addServerImages(app, cloud)
}
