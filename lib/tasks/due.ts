import path from 'node:path'
import { type LbReading, otherColour, readLbStatus } from '../dns-lb.ts'
import { ifRefused } from '../errors.ts'
import { type Due, type Refreshed, refreshedBy, withDue } from '../plan/due.ts'
import type { Plan } from '../plan/types.ts'
import { lbHosts } from './lb-hosts.ts'
import { listServers } from './servers.ts'
import type { World } from './world.ts'

/**
 * Has Ansible say what it would change on the lbs that a plan refreshes, all at once, and leaves out those that are up to date. They are
 * asked once: what becomes new later is for the next run.
 * @param say told before, since it takes seconds.
 */
export const createDueLook = (world: World, say: (text: string) => void): ((plan: Plan) => Promise<Plan>) => {
  let known: Promise<Due> | undefined
  return async (plan) => {
    const refreshed = refreshedBy(plan)
    if (refreshed.length === 0) return plan
    if (!known) say(`Looking for what is new on ${refreshed.map(({ lb }) => lb).join(', ')} …`)
    known ??= readDue(world, refreshed)
    return withDue(plan, await known)
  }
}

const readDue = async (world: World, refreshed: readonly Refreshed[]): Promise<Due> => {
  const servers = await listServers(world)
  const readings = refreshed.map(async ({ lb }) => {
    const server = servers.find(({ name }) => name === lb)
    return server && readLbStatus(world.ssh, server)
  })
  const [changes, ...states] = await Promise.all([wouldChange(world, refreshed), ...readings])
  return new Map(
    refreshed.map(({ lb, retires }, at) => [lb, [...ofAnsible(changes.get(lb)), ...leftOver(states[at], retires)]]),
  )
}

/** What cannot be found out is to be done: then it is done, or told. */
const ofAnsible = (tasks: readonly string[] | undefined): readonly string[] => {
  if (!tasks) return ['what Ansible would change is not known']
  // without the role that a task is of
  return tasks.length === 0
    ? []
    : [`Ansible would change ${tasks.map((task) => `"${task.replace(/^.* : /, '')}"`).join(', ')}`]
}

/** None where it cannot be found out. */
const wouldChange = async (world: World, refreshed: readonly Refreshed[]): Promise<Due> => {
  const run = async (): Promise<Due> =>
    world.playbook({
      folder: path.join(world.settings.sources, 'ansible'),
      role: 'lb',
      isLook: true,
      hosts: await lbHosts(world, refreshed),
      onTask: () => undefined,
    })
  return run().catch(ifRefused(() => new Map()))
}

/** What an earlier run has not come to. */
const leftOver = (reading: LbReading | undefined, retires: boolean): readonly string[] => {
  if (reading?.kind !== 'status') return ['it does not say what it runs']
  const { active, colours } = reading.status
  if (active === null) return ['it serves nothing']
  return [
    ...(colours[active].pending_upgrade ? ['what is installed is not in use yet'] : []),
    ...(retires && colours[otherColour(active)].running ? ['an idle colour still runs'] : []),
  ]
}
