import { getServer } from '../servers.ts'
import type { RunWorld } from '../world.ts'
import { writeFacts } from './await-server.ts'

/** Written before any zone that is served names these lbs: whatever happens then, it is known that caches may know them. */
export const announceLbs = async (world: RunWorld, { lbs }: { readonly lbs: readonly string[] }): Promise<void> => {
  for (const name of lbs) {
    const lb = await getServer(world, name)
    if (!lb.announced) await writeFacts(world, { ...lb, announced: true })
  }
}
