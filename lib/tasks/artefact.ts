import path from 'node:path'
import { compileZonesOnce } from '../zones/compile-once.ts'
import { findZoneSources } from '../zones/sources.ts'
import type { Zone } from '../zones/zone.ts'
import { glueHostsOf, listAddresses } from './addresses.ts'
import { listServers } from './servers.ts'
import type { World } from './world.ts'

export const zonesFolderOf = ({ settings }: World): string =>
  path.resolve(settings.sources, settings.config.zonesFolder)

/** The names of all zones, canonical; they are the files' names, so nothing is compiled for them. */
export const zoneNames = async (world: World): Promise<readonly string[]> =>
  (await findZoneSources(zonesFolderOf(world))).map(({ origin }) => origin)

/**
 * What every nameserver of a generation must answer: the zone files, with the generation as serial and the addresses of the lbs
 * that it was made for. Looked up anew each time it is asked for, since lbs are found by name; compiled when something has changed.
 */
export const compileArtefact = async (world: World, generation: number): Promise<readonly Zone[]> => {
  const [servers, addresses] = await Promise.all([listServers(world), listAddresses(world)])
  const hosts = glueHostsOf(servers, addresses, { config: world.settings.config, generation })
  return compileZonesOnce({ folder: zonesFolderOf(world), serial: generation, hosts })
}
