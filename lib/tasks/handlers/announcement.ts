import { removalWait } from '../../dns/delegation/ttl.ts'
import { describeRemaining } from '../../time.ts'
import { clientTargetsOf } from '../addresses.ts'
import { readTtlSources } from '../delegations.ts'
import type { Report } from '../record.ts'
import { getServer, writeFacts } from '../servers.ts'
import type { RunWorld } from '../world.ts'

/** Written before any zone that is served names these lbs: whatever happens then, it is known that caches may know them. */
export const announceLbs = async (world: RunWorld, { lbs }: { readonly lbs: readonly string[] }): Promise<void> => {
  for (const name of lbs) {
    const lb = await getServer(world, name)
    if (!lb.announced) await writeFacts(world, { ...lb, announced: true })
  }
}

/** From now on nameservers are made without these lbs; how long caches may know them is measured before the zones change. */
export const abandonLbs = async (
  world: RunWorld,
  { lbs, generation }: { readonly lbs: readonly string[]; readonly generation: number },
  report: Report,
): Promise<void> => {
  const { ttlSeconds } = removalWait(await readTtlSources(world), world.settings.config.rotation)
  report(`TTL at most ${describeRemaining(ttlSeconds * 1000)}`)
  for (const name of lbs) {
    const lb = await getServer(world, name)
    if (!lb.abandoned) await writeFacts(world, { ...lb, abandoned: { generation, ttlSeconds } })
    world.witness.join(await clientTargetsOf(world, [lb]))
  }
}
