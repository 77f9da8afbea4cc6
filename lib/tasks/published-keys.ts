import { InfraError } from '../errors.ts'
import { nameserversIn } from '../plan/nameservers.ts'
import { findArtefact } from './artefact.ts'
import { listServers } from './servers.ts'
import type { World } from './world.ts'

/** By zone, canonical: `rdata` of DNSKEY records. */
export type PublishedKeys = ReadonlyMap<string, readonly string[]>

/**
 * The keys that every generation which serves has of a zone. None where the config has no zone signed: then nothing is read.
 * @throws InfraError (exit code 8) when nobody can say what one of them was given.
 */
export const readPublishedKeys = async (world: World): Promise<PublishedKeys> => {
  if (!world.settings.config.dnssec) return new Map()
  const servers = await listServers(world)
  const generations = [...new Set(nameserversIn({ servers }, 'serving').map(({ generation }) => generation))]
  const common = new Map<string, readonly string[]>()
  for (const generation of generations) {
    const found = await findArtefact(world, generation, servers)
    if ('fault' in found) {
      throw new InfraError(`Which keys generation ${generation} has is not known: ${found.fault}`, {
        hint: 'See to its nameservers, then run this again.',
        exitCode: 8,
      })
    }
    for (const { origin, signing } of found.zones) {
      const keys = signing?.published.rdata ?? []
      common.set(origin, common.get(origin)?.filter((key) => keys.includes(key)) ?? keys)
    }
  }
  return common
}
