import { systemClock } from '../../lib/clock.ts'
import { InfraError } from '../../lib/errors.ts'
import { layoutOf, type TwinLayout } from '../layout.ts'
import { openBackend } from '../machines/backends.ts'
import { usedBackends } from './record.ts'
import { hasLink, hasRoad, raiseRoad, removeRoad } from './road.ts'
import { freeSlots, readRoutes } from './slots.ts'

/**
 * Lays the road of a new twin in the lowest free slot, which it returns. Another twin that starts at this moment may take a
 * slot first: its routes then refuse ours, and the next one is tried.
 * @throws InfraError if no slot is free
 */
export const claimSlot = async (stateDir: string): Promise<number> => {
  if (await hasMachines(layoutOf(stateDir, 1))) {
    throw new InfraError(`There are machines of ${stateDir}, but its twin.json is gone`, {
      hint: 'Remove them with local-down, then start anew.',
    })
  }
  // a road without a record is left of a run that was killed in this very step
  await removeRoad(layoutOf(stateDir, 1))
  let refusal: unknown = new InfraError('No range of 198.18.0.0/16 is free for the machines', {
    hint: '`ip route show table all` shows what leads there; VPN clients and proxies may use these addresses.',
  })
  for (const slot of freeSlots(await readRoutes()).slice(0, 5)) {
    try {
      await raiseRoad(layoutOf(stateDir, slot))
      return slot
    } catch (error) {
      refusal = error
      await removeRoad(layoutOf(stateDir, slot))
    }
  }
  throw refusal
}

const hasMachines = async (layout: TwinLayout): Promise<boolean> => {
  const backends = await usedBackends(layout)
  const found = await Promise.all(
    backends.map(async (backend) => (await openBackend(layout, backend, systemClock)).machines.list()),
  )
  return found.flat().length > 0
}

/**
 * Lays what is missing of the road of an existing twin, in the slot it has: its machines keep their addresses.
 * @throws InfraError if something else has taken these addresses
 */
export const reclaimSlot = async (stateDir: string, slot: number): Promise<number> => {
  const layout = layoutOf(stateDir, slot)
  if (!(await hasRoad(layout)) && !freeSlots(await readRoutes()).includes(slot)) {
    // half a road of ours takes them too
    if (!(await hasLink(layout))) {
      throw new InfraError(`The addresses of this twin, ${layout.ipv4Pool}, are now used by something else`, {
        hint: 'Free them (`ip route show table all`), or remove this twin with local-down and start anew.',
      })
    }
  }
  await raiseRoad(layout)
  return slot
}
