import { getLbStatus } from '../../dns-lb.ts'
import { InfraError } from '../../errors.ts'
import { type FleetServer, toFleetServer } from '../../fleet/server.ts'
import { clientTargetsOf } from '../addresses.ts'
import { findGlueTo } from '../delegations.ts'
import { findNamesOf } from '../published.ts'
import { findServer, getServer, lbsThatMayBeAsked, listServers, writeFacts } from '../servers.ts'
import type { RunWorld } from '../world.ts'

export const rename = async (
  world: RunWorld,
  { server: from, to }: { readonly server: string; readonly to: string },
): Promise<void> => {
  const server = await findServer(world, from)
  if (server) await world.hcloud.servers.update(server.id, { name: to })
  const renamed = await getServer(world, to)
  // what serves again is no longer something that was merely kept
  if (renamed.phase === 'serving' && renamed.kept) await writeFacts(world, { ...renamed, kept: false })
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
  const isToStay = again?.phase === 'serving' && again.pair <= world.settings.config.pairs.length
  if (again?.name !== name || isToStay) {
    throw new InfraError(`${name} (id ${found.id}) is no longer what the plan meant to delete`, {
      hint: 'Nothing was deleted. Look at status, then run again.',
    })
  }
  await (again.role === 'lb' ? letGo(world, again) : refuseWhileAsked(world, again))
  if (again.isProtected) await world.hcloud.servers.changeProtection(again.id, false)
  await world.hcloud.servers.delete(again.id)
}

/** The last look before the point of no return: no lb may send queries to what is about to go. */
const refuseWhileAsked = async (world: RunWorld, server: FleetServer): Promise<void> => {
  if (server.role !== 'nameserver') return
  for (const lb of lbsThatMayBeAsked(await listServers(world))) {
    if (lb.pair !== server.pair) continue
    const { active, colours } = await getLbStatus(world.ssh, lb)
    if (active === null || colours[active].upstream !== server.privateIpv4) continue
    throw new InfraError(`${lb.name} still sends its queries to ${server.name}: it was not deleted`, {
      hint: 'Look at status, then run again.',
    })
  }
}

/** An lb may only go once every parent server was heard, and none of them and no zone gives its address; our own questions to it end before it does. */
const letGo = async (world: RunWorld, lb: FleetServer): Promise<void> => {
  const { shown, silent } = await findGlueTo(world, [lb])
  if (shown.length > 0) {
    throw new InfraError(`${lb.name} was not deleted: glue still points at it:\n  ${shown.join('\n  ')}`, {
      hint: 'Run the same command again: it waits until no parent server shows the address.',
    })
  }
  const named = await findNamesOf(world, lb)
  if (named.length > 0) {
    throw new InfraError(`${lb.name} was not deleted: zones still name it:\n  ${named.join('\n  ')}`, {
      hint: 'Look at status, then run the same command again.',
    })
  }
  if (silent.length > 0) {
    throw new InfraError(
      `${lb.name} was not deleted: it is not known whether glue still points at it:\n  ${silent.join('\n  ')}`,
      { exitCode: 8, hint: 'Run this again once these can be asked from here over port 53, by UDP and TCP.' },
    )
  }
  await world.witness.leave(await clientTargetsOf(world, [lb]))
}
