import { readLbStatus } from '../../dns-lb.ts'
import { InfraError } from '../../errors.ts'
import { serverName } from '../../fleet/names.ts'
import { type FleetServer, toFleetServer } from '../../fleet/server.ts'
import { findServer, getServer, listLbs } from '../servers.ts'
import type { RunWorld } from '../world.ts'
import { writeFacts } from './await-server.ts'

export const rename = async (
  world: RunWorld,
  { server: from, to }: { readonly server: string; readonly to: string },
): Promise<void> => {
  const server = await findServer(world, from)
  if (server) await world.hcloud.servers.update(server.id, { name: to })
  else await getServer(world, to)
}

export const protect = async (world: RunWorld, { server: name }: { readonly server: string }): Promise<void> => {
  const server = await getServer(world, name)
  if (!server.isProtected) await world.hcloud.servers.changeProtection(server.id, true)
}

export const keep = async (world: RunWorld, { server: name }: { readonly server: string }): Promise<void> => {
  await writeFacts(world, { ...(await getServer(world, name)), kept: true })
}

/** Deletes by id, after reading that id once more: a name may have moved to another server since the plan was shown. */
export const remove = async (world: RunWorld, { server: name }: { readonly server: string }): Promise<void> => {
  const found = await findServer(world, name)
  if (!found) return
  const again = toFleetServer(world.settings.config.project, await world.hcloud.servers.get(found.id))
  if (again?.name !== name || again.phase === 'serving') {
    throw new InfraError(`${name} (id ${found.id}) is no longer what the plan meant to delete`, {
      hint: 'Nothing was deleted. Look at status, then run again.',
    })
  }
  await refuseWhileAsked(world, again)
  if (again.isProtected) await world.hcloud.servers.changeProtection(again.id, false)
  await world.hcloud.servers.delete(again.id)
}

/** The last look before the point of no return: no lb may send queries to what is about to go. */
const refuseWhileAsked = async (world: RunWorld, server: FleetServer): Promise<void> => {
  const lb = (await listLbs(world)).find((one) => one.name === serverName('lb', server.pair, 'serving'))
  if (!lb || server.role !== 'nameserver') return
  const { active, colours } = await readLbStatus(world.ssh, lb)
  if (active === null || colours[active].upstream !== server.privateIpv4) return
  throw new InfraError(`${lb.name} still sends its queries to ${server.name}: it was not deleted`, {
    hint: 'Look at status, then run again.',
  })
}
