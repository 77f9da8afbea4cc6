import { ifRefused, sentenceOf } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { abandonedSince, serversBehindLbs } from '../plan/lbs.ts'
import type { Observed } from '../plan/types.ts'
import type { ObservedChange, UnknownChange } from '../plan/zone-change.ts'
import { compareZones } from '../zones/difference.ts'
import { compileArtefact, findArtefact } from './artefact.ts'
import { observe } from './observe.ts'
import { observePublication } from './published.ts'
import { readServedArtefact, type ServedArtefact } from './served.ts'
import { listServers } from './servers.ts'
import type { World } from './world.ts'

/**
 * The observation, and how the zones of each generation that serves differ from those of every other generation that is there, and
 * from what the zone files at hand make with the addresses of today.
 */
export const observeChanges = async (world: World): Promise<Observed> => withChanges(world, await observe(world))

/** The same where a rotation is taken back, with who leads the world to its new lbs: the zone files make what does not name these. */
export const observeWithdrawal = async (world: World): Promise<Observed> =>
  withChanges(world, await observePublication(world), (generation) => (server) => {
    const leaves = server.role === 'lb' && server.phase === 'next' && server.abandoned === undefined
    return leaves ? { ...server, abandoned: { generation, ttlSeconds: 0 } } : server
  })

/** How a generation that is made next finds a server. */
type See = (generation: number) => (server: FleetServer) => FleetServer

const withChanges = async (
  world: World,
  observed: Observed,
  see: See = () => (server) => server,
): Promise<Observed> => {
  const serving = serversBehindLbs(observed).map(({ generation }) => generation)
  if (serving.length === 0) return { ...observed, changes: [] }
  const servers = await listServers(world)
  const generations = [...new Set(servers.filter(({ role }) => role === 'nameserver').map((one) => one.generation))]
  const [made, files] = await Promise.all([
    Promise.all(generations.map(async (to) => ({ to, found: await readMade(world, to, servers) }))),
    orFault(compileNext(world, observed, see)),
  ])
  const sides: readonly Side[] = [...made, { to: 'files', found: files }]
  const changes = made
    .filter(({ to }) => serving.includes(to))
    .flatMap((from) =>
      sides.filter(({ to }) => to !== from.to).map((side) => changeBetween({ ...from, from: from.to }, side)),
    )
  return { ...observed, changes }
}

interface Side {
  readonly to: number | 'files'
  readonly found: ServedArtefact
}

/** Those that were not given anything yet are about to get what the zone files make. */
const readMade = (world: World, generation: number, servers: readonly FleetServer[]): Promise<ServedArtefact> => {
  const isNext = servers.some((one) => one.generation === generation && one.phase === 'next' && !one.kept)
  return isNext ? orFault(findArtefact(world, generation)) : readServedArtefact(world, generation, servers)
}

/** For a serial that is later than all, which finds the addresses of today; the same one each time, so that it is compiled once. */
const compileNext = async (world: World, observed: Observed, see: See): Promise<ServedArtefact> => {
  const serial = Math.max(abandonedSince(observed) ?? 0, ...observed.servers.map(({ generation }) => generation + 1))
  return { zones: await compileArtefact(world, serial, see(serial)) }
}

/** What does not compile now is refused by the preflight, or by the planner, which knows of lbs that are missing. */
const orFault = (reading: Promise<ServedArtefact>): Promise<ServedArtefact> =>
  reading.catch(ifRefused((error) => ({ fault: sentenceOf(error) })))

const changeBetween = (
  { from, found: before }: { readonly from: number; readonly found: ServedArtefact },
  { to, found: after }: Side,
): ObservedChange | UnknownChange => {
  if ('fault' in before) return { from, to, fault: before.fault }
  if ('fault' in after) return { from, to, fault: after.fault }
  const coming = after.zones.map(({ origin }) => origin)
  return { from, to, zones: compareZones(before.zones, after.zones), coming }
}
