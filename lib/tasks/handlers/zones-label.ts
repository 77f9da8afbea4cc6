import { InfraError } from '../../errors.ts'
import type { FleetServer } from '../../fleet/server.ts'
import { hashArtefact, hashKeys } from '../../zones/hash.ts'
import { publishedIn } from '../../zones/signing/served.ts'
import { longestTtlOf } from '../../zones/ttl.ts'
import type { Zone } from '../../zones/zone.ts'
import { getArtefact, givenOf, hashSources, makeArtefact } from '../artefact.ts'
import { listServers, writeFacts } from '../servers.ts'
import type { RunWorld } from '../world.ts'

/**
 * What nameservers are about to be given, which their labels say from then on. Where others of their generation have been given
 * theirs, it is the same, whatever the zone files at hand are: one serial never stands for two contents.
 */
export const zonesFor = async (world: RunWorld, nameservers: readonly FleetServer[]): Promise<readonly Zone[]> => {
  const all = givenOf(await listServers(world), world.generation)
  const like = all.find(({ id }) => nameservers.every((one) => one.id !== id))
  if (!like) return withZonesLabel(world, nameservers, () => makeArtefact(world, world.generation))
  const artefact = await getArtefact(world, world.generation)
  await label(world, nameservers, { zones: like.zones, ...factsOf(artefact) })
  return artefact
}

/**
 * Has the labels of nameservers say which zone files they are about to get, and what has become of these: the first was written
 * when the machines were ordered, and the files may have been edited since. By the second, what a nameserver has can be proven
 * to be what it was given, from any computer. Besides, how long caches may hold it, and which keys it has.
 * @param compile reads the files.
 * @throws InfraError when a file changes meanwhile.
 */
export const withZonesLabel = async (
  world: RunWorld,
  nameservers: readonly FleetServer[],
  compile: () => Promise<readonly Zone[]>,
): Promise<readonly Zone[]> => {
  const zones = await hashSources(world)
  const artefact = await compile()
  if ((await hashSources(world)) !== zones)
    throw new InfraError('The zone files changed while they were compiled', {
      hint: 'Run the same command again once they are as they shall be.',
    })
  await label(world, nameservers, { zones, ...factsOf(artefact) })
  return artefact
}

const factsOf = (artefact: readonly Zone[]) => ({
  content: hashArtefact(artefact),
  keys: hashKeys(publishedIn(artefact)),
  ttlSeconds: longestTtlOf(artefact),
})

const label = async (
  world: RunWorld,
  nameservers: readonly FleetServer[],
  facts: Pick<FleetServer, 'zones' | 'content' | 'keys' | 'ttlSeconds'>,
): Promise<void> => {
  const others = nameservers.filter((one) => one.zones !== facts.zones || one.content !== facts.content)
  await Promise.all(others.map((nameserver) => writeFacts(world, { ...nameserver, ...facts })))
}
