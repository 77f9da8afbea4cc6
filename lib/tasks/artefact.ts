import { compileZones, type Zone } from '../zones/compile.ts'
import { zonesFolderOf } from './handlers/create-server.ts'
import { listLbs } from './servers.ts'
import type { World } from './world.ts'

/**
 * What every nameserver of a generation must answer: the zone files, with the generation as serial and the addresses that
 * the lbs have now. Compiled anew each time it is asked for, since lbs are found by name.
 */
export const compileArtefact = async (world: World, generation: number): Promise<readonly Zone[]> => {
  const lbs = await listLbs(world)
  const hosts = lbs.flatMap(({ pair, ipv4, ipv6 }) => {
    const hostname = world.settings.config.pairs[pair - 1]?.hostname
    return hostname === undefined ? [] : [{ hostname, ipv4, ipv6: ipv6 ?? null }]
  })
  return compileZones({ folder: zonesFolderOf(world), serial: generation, hosts })
}
