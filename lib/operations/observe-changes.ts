import type { Observed } from '../plan/types.ts'
import type { World } from '../tasks/world.ts'

/** For operations that may have lbs send to other zones. */
export const observeChanges = async (world: World): Promise<Observed> =>
  (await import('../tasks/changes.ts')).observeChanges(world)
