import { mapBounded } from '../bounded.ts'
import { type ChildView, readChild } from '../dns/delegation/child.ts'
import { canonicalName, isWithin } from '../dns/wire/name.ts'
import { InfraError } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { canonicalAddress, canonicalAddresses } from '../ip.ts'
import { findNameDrift } from '../plan/own-names.ts'
import type { Observed } from '../plan/types.ts'
import { clientTargetsOf, listAddresses } from './addresses.ts'
import { findGlueTo, readAtOnce } from './delegations.ts'
import { servedZoneNames } from './generations.ts'
import { observe } from './observe.ts'
import { addressesOf, listServers, targetsOf } from './servers.ts'
import type { World } from './world.ts'

interface OwnNames extends ChildView {
  /** Canonical: the host names of ours that lie in the zone. */
  readonly hosts: readonly string[]
}

/** What the zones say of our own host names, as every lb that serves answers; of zones with such a name only. */
const readOwnNames = async (world: World, zones: readonly string[]): Promise<readonly OwnNames[]> => {
  const servers = await listServers(world)
  const hosts = world.settings.config.pairs.map(({ hostname }) => canonicalName(hostname))
  const targets = servers
    .filter(({ role, phase }) => role === 'lb' && phase === 'serving')
    .flatMap((lb) => targetsOf(lb, 53))
  const views = await mapBounded(zones, readAtOnce, async (zone) => {
    const inZone = hosts.filter((host) => isWithin(host, zone))
    const asked = inZone.length > 0 ? await readChild(targets, zone, inZone) : []
    return asked.map((view) => ({ ...view, hosts: inZone }))
  })
  return views.flat()
}

/** Where a zone gives an address of this lb for a host name of ours, a sentence each. See `namesIn` for what it throws. */
export const findNamesOf = async (world: World, lb: FleetServer): Promise<readonly string[]> => {
  const [views, targets] = await Promise.all([
    readOwnNames(world, await servedZoneNames(world)),
    clientTargetsOf(world, [lb]),
  ])
  return namesIn(views, { lb: lb.name, addresses: targets.map(({ address }) => address) })
}

/**
 * Where one of these answers gives one of these addresses.
 * @throws InfraError (exit code 8) when somebody did not say: then it is not known.
 */
export const namesIn = (
  views: readonly ChildView[],
  { lb, addresses }: { readonly lb: string; readonly addresses: readonly string[] },
): readonly string[] => {
  const faults = views.flatMap((view) => view.faults)
  if (faults.length > 0) {
    throw new InfraError(`It is not known whether zones name ${lb}:\n  ${faults.join('\n  ')}`, {
      exitCode: 8,
      hint: 'It was not deleted. Look at status and see to the lb that does not answer, then run this again.',
    })
  }
  const ours = canonicalAddresses(addresses)
  return views.flatMap((view) =>
    view.addresses
      .filter(({ address }) => ours.includes(canonicalAddress(address)))
      .map(({ name, address }) => `${view.server} (${view.address}) answers ${address} for ${name}`),
  )
}

/**
 * The observation, and who leads the world to the new lbs of a rotation.
 * @throws InfraError (exit code 8) when a parent server or an lb that serves does not say.
 */
export const observePublication = async (world: World): Promise<Observed> => {
  const [observed, servers] = await Promise.all([observe(world), listServers(world)])
  const next = servers.filter(({ role, phase }) => role === 'lb' && phase === 'next')
  if (next.length === 0) return { ...observed, publication: { glue: [], named: [] } }
  const [glue, views, targets] = await Promise.all([
    findGlueTo(world, next),
    servedZoneNames(world).then((zones) => readOwnNames(world, zones)),
    clientTargetsOf(world, next),
  ])
  const named = next.flatMap(({ name: lb }) => {
    const addresses = targets.filter(({ name }) => name === lb).map(({ address }) => address)
    return namesIn(views, { lb, addresses }).length > 0 ? [lb] : []
  })
  if (glue.shown.length === 0 && glue.silent.length > 0) throw silentError(glue.silent)
  return { ...observed, publication: { glue: glue.shown, named } }
}

const silentError = (silent: readonly string[]): InfraError =>
  new InfraError(`It is not known whether glue points at a new lb:\n  ${silent.join('\n  ')}`, {
    exitCode: 8,
    hint: 'Nothing was changed. Run this again once these can be asked from here over port 53, by UDP and TCP.',
  })

interface NameDrift {
  readonly drift: readonly string[]
  /** What the first of their answers lacked, by the name of the lb. */
  readonly unheard: ReadonlyMap<string, string>
}

/** The addresses that zones give for our own host names, beside those of the machines, and which lbs do not say. */
export const readNameDrift = async (
  world: World,
  servers: readonly FleetServer[],
  zones: readonly string[],
): Promise<NameDrift> => {
  const [views, floating] = await Promise.all([readOwnNames(world, zones), listAddresses(world)])
  const hosts = world.settings.config.pairs.map(({ hostname }) => canonicalName(hostname))
  const ours = hosts.map((host, index) => ({
    host,
    addresses: canonicalAddresses([
      ...servers.filter(({ role, pair }) => role === 'lb' && pair === index + 1).flatMap(addressesOf),
      ...floating.filter(({ pair }) => pair === index + 1).map(({ ip }) => ip),
    ]),
  }))
  const names = views
    .filter(({ faults }) => faults.length === 0)
    .flatMap(({ server: lb, address: at, hosts: asked, addresses }) =>
      asked.map((host) => ({
        lb,
        at,
        host,
        addresses: canonicalAddresses(addresses.flatMap(({ name, address }) => (name === host ? [address] : []))),
      })),
    )
  const faults = views.flatMap(({ server, faults: [first] }) => (first ? [[server, first] as const] : []))
  return { drift: findNameDrift(names, ours), unheard: new Map(faults.reverse()) }
}
