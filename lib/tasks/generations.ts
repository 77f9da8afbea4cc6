import type { FleetServer } from '../fleet/server.ts'
import { readZoneNames } from '../named.ts'
import { nameserversIn } from '../plan/nameservers.ts'
import type { ObservedGeneration } from '../plan/types.ts'
import { zoneNames } from './artefact.ts'
import { askGeneration } from './ask-generation.ts'
import { listServers } from './servers.ts'
import type { World } from './world.ts'

/** Reads which zones a generation has, from whichever of its nameservers can be reached: all of them have the same. */
export const readGeneration = async (
  { ssh }: Pick<World, 'ssh'>,
  generation: number,
  servers: readonly FleetServer[],
): Promise<ObservedGeneration> => {
  const said = await askGeneration(generation, servers, (server) => readZoneNames(ssh, server))
  return typeof said === 'object'
    ? { generation, zones: said, fault: undefined }
    : { generation, zones: undefined, fault: said ?? 'it has no nameserver any more' }
}

/** Every generation of these nameservers. */
export const readGenerations = (
  world: World,
  nameservers: readonly FleetServer[],
): Promise<readonly ObservedGeneration[]> => {
  const generations = [...new Set(nameservers.map(({ generation }) => generation))]
  return Promise.all(generations.map((generation) => readGeneration(world, generation, nameservers)))
}

/** The zones of all nameservers that are called serving; undefined when one of their generations could not be asked. */
export const readServingZones = async (
  world: World,
  servers: readonly FleetServer[],
): Promise<readonly string[] | undefined> => {
  const serving = nameserversIn({ servers }, 'serving')
  const found = (await readGenerations(world, serving)).map(({ zones }) => zones)
  if (found.length === 0 || found.includes(undefined)) return undefined
  return [...new Set(found.flatMap((zones) => zones ?? []))].sort()
}

/**
 * The names of the zones that are served, whatever zone files are at hand; of these only where a nameserver could not be asked.
 * @param servers all of the project, where they have just been read.
 */
export const servedZoneNames = async (world: World, servers?: readonly FleetServer[]): Promise<readonly string[]> =>
  (await readServingZones(world, servers ?? (await listServers(world)))) ?? (await zoneNames(world))
