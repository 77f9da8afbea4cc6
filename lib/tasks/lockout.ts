import { isInNetworks } from '../ip.ts'
import { isTellingWhomToLetIn, withLockout } from '../plan/lockout.ts'
import type { Plan } from '../plan/types.ts'
import { readOwnAddress } from '../ssh/own-address.ts'
import { lbsThatMayBeAsked, listServers } from './servers.ts'
import type { World } from './world.ts'

/** Looks whether a plan would have the machines let us in no more, and adds it if so. Only the lbs that can be reached know where we come from. */
export const lookForLockout = async (world: World, plan: Plan): Promise<Plan> => {
  if (!isTellingWhomToLetIn(plan)) return plan
  const { operatorNetworks } = world.settings.config
  const lbs = lbsThatMayBeAsked(await listServers(world))
  const seen = await Promise.all(lbs.map((lb) => readOwnAddress(world.ssh, lb)))
  const outside = seen.flatMap((address) =>
    address !== undefined && !isInNetworks(address, operatorNetworks) ? address : [],
  )
  return withLockout(plan, [...new Set(outside)], operatorNetworks)
}
