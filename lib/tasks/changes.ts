import { ifRefused, sentenceOf } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { laterThanAll } from '../plan/deploy.ts'
import { serversBehindLbs } from '../plan/lbs.ts'
import type { Observed } from '../plan/types.ts'
import type { ObservedChange, UnknownChange } from '../plan/zone-change.ts'
import { compareZones } from '../zones/difference.ts'
import { clientTargetsOf } from './addresses.ts'
import { compileArtefact, findArtefact } from './artefact.ts'
import { findLeadTo } from './delegations.ts'
import { observe } from './observe.ts'
import { observePublication } from './published.ts'
import { readServedArtefact, type ServedArtefact } from './served.ts'
import { listServers } from './servers.ts'
import type { World } from './world.ts'

/**
 * The observation, and how the zones of each generation that serves differ from those of every other generation that is there, and
 * from what the zone files at hand make with the addresses of today.
 */
export const observeChanges = async (world: World): Promise<Observed> =>
  withLeading(world, await withChanges(world, await observe(world)))

/** Where the config has fewer pairs than there are, or zones would lose a name of ours: with what parents say of these. */
const withLeading = async (world: World, observed: Observed): Promise<Observed> => {
  const lbs = (await listServers(world)).filter(({ role }) => role === 'lb')
  const leaving = lbs.filter(({ pair }) => pair > world.settings.config.pairs.length)
  if (leaving.length === 0) {
    const addresses = (await clientTargetsOf(world, lbs)).map(({ address }) => address)
    if (!(observed.changes ?? []).some((change) => losesNameOf(addresses, change))) return observed
  }
  return { ...observed, leading: await findLeadTo(world, leaving) }
}

/** A nameserver that the zone named, or a name with an address of an lb, is not there any more. */
const losesNameOf = (addresses: readonly string[], change: ObservedChange | UnknownChange): boolean =>
  'zones' in change &&
  change.zones.some(({ zone, rrsets }) =>
    rrsets.some(({ name, type, before, after }) => {
      const lost = before?.rdata.filter((rdata) => !after?.rdata.includes(rdata)) ?? []
      if (type === 'NS') return name === `${zone}.` && after !== undefined && lost.length > 0
      return ['A', 'AAAA'].includes(type) && after === undefined && lost.some((address) => addresses.includes(address))
    }),
  )

/** The same where a rotation is taken back, with who leads the world to its new lbs: the zone files make what does not name these. */
export const observeWithdrawal = async (world: World): Promise<Observed> =>
  withChanges(world, await observePublication(world), (servers, generation) =>
    servers.map((server) => {
      const leaves = server.role === 'lb' && server.phase === 'next' && server.abandoned === undefined
      return leaves ? { ...server, abandoned: { generation, ttlSeconds: 0 } } : server
    }),
  )

/** How the generation that is made next finds the servers. */
type See = (servers: readonly FleetServer[], generation: number) => readonly FleetServer[]

const withChanges = async (world: World, observed: Observed, see: See = (servers) => servers): Promise<Observed> => {
  const serving = serversBehindLbs(observed).map(({ generation }) => generation)
  if (serving.length === 0) return { ...observed, changes: [] }
  const servers = await listServers(world)
  // the same serial each time, so that it is compiled once
  const next = laterThanAll(observed, 0)
  const generations = [...new Set(servers.filter(({ role }) => role === 'nameserver').map((one) => one.generation))]
  const [made, files] = await Promise.all([
    Promise.all(generations.map(async (to) => ({ to, found: await readMade(world, to, servers) }))),
    orFault(compileArtefact(world, next, see(servers, next)).then((zones) => ({ zones }))),
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
  return isNext ? orFault(findArtefact(world, generation, servers)) : readServedArtefact(world, generation, servers)
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
