import { removalWait } from '../dns/delegation/ttl.ts'
import { type InfraError, ifRefused } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { mergeNoted, noteSwitch, type Side } from '../plan/held.ts'
import { nameserversOf } from '../plan/nameservers.ts'
import { longestTtlOf } from '../zones/ttl.ts'
import { findArtefact } from './artefact.ts'
import { listServers, writeFacts } from './servers.ts'
import type { World } from './world.ts'

/** How long caches hold what nobody knows the TTL of: resolvers keep nothing longer (BIND, max-cache-ttl). */
const longestHeldSeconds = 7 * 86_400

/** How long after a record was last answered no cache holds it any more, in seconds. */
export const heldFor = ({ settings }: Pick<World, 'settings'>, ttlSeconds: number): number =>
  removalWait([{ what: 'what is answered', ttlSeconds }], settings.config.rotation).waitSeconds

/**
 * Notes on two nameservers what caches may hold of either, before an lb is led from the one to the other. Signing goes by it: once the
 * lb has been led on, nobody can find out any more what was answered before, and for how long.
 * @param upstream where the lb sends at the moment; nothing is noted where that is no nameserver of ours, or of the same generation.
 */
export const noteLeading = async (world: World, upstream: string | null, to: FleetServer): Promise<void> => {
  const servers = await listServers(world)
  const from = servers.find(({ role, privateIpv4 }) => role === 'nameserver' && privateIpv4 === upstream)
  if (!from || from.generation === to.generation) return
  const now = Math.floor(world.clock.now() / 1000)
  const sideOf = async (server: FleetServer): Promise<Side> => ({
    keys: server.keys,
    heldSeconds: heldFor(world, server.ttlSeconds ?? (await longestTtlIn(world, server.generation, servers))),
    noted: mergeNoted(nameserversOf({ servers }, server.generation), now),
  })
  const sides = { from: await sideOf(from), to: await sideOf(to) }
  const noted = noteSwitch(sides, now)
  await Promise.all([writeFacts(world, { ...from, ...noted.from }), writeFacts(world, { ...to, ...noted.to })])
}

/** Of a generation whose labels do not say it: a release made it that did not note it. */
const longestTtlIn = async (world: World, generation: number, servers: readonly FleetServer[]): Promise<number> => {
  const found = await findArtefact(world, generation, servers).catch(
    ifRefused((error: InfraError) => ({ fault: error.message })),
  )
  return 'zones' in found ? longestTtlOf(found.zones) : longestHeldSeconds
}
