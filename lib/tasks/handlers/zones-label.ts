import { InfraError } from '../../errors.ts'
import type { FleetServer } from '../../fleet/server.ts'
import { hashZones } from '../../zones/hash.ts'
import { zonesFolderOf } from '../artefact.ts'
import { writeFacts } from '../servers.ts'
import type { RunWorld } from '../world.ts'

/**
 * Has the labels of nameservers say which zone files they are about to get: they were written when the machines were ordered,
 * and the files may have been edited since.
 * @param compile reads the files.
 * @throws InfraError when a file changes meanwhile.
 */
export const withZonesLabel = async <T>(
  world: RunWorld,
  nameservers: readonly FleetServer[],
  compile: () => Promise<T>,
): Promise<T> => {
  const zones = await hashZones(zonesFolderOf(world))
  const others = nameservers.filter((nameserver) => nameserver.zones !== zones)
  await Promise.all(others.map((nameserver) => writeFacts(world, { ...nameserver, zones })))
  const compiled = await compile()
  if ((await hashZones(zonesFolderOf(world))) === zones) return compiled
  throw new InfraError('The zone files changed while they were compiled', {
    hint: 'Run the same command again once they are as they shall be.',
  })
}
