import { mapBounded } from '../bounded.ts'
import { readChild } from '../dns/delegation/child.ts'
import { type DsReading, readDs } from '../dns/delegation/ds.ts'
import { findSilentIn } from '../dns/delegation/state.ts'
import { childTtlsOf, findChildGaps, parentTtlsOf, type TtlSource, unknownTtl } from '../dns/delegation/ttl.ts'
import { type Delegation, readDelegation } from '../dns/delegation.ts'
import type { Target } from '../dns/query.ts'
import { canonicalName, isWithin, parentOf } from '../dns/wire/name.ts'
import type { FleetServer } from '../fleet/server.ts'
import { canonicalAddress, canonicalAddresses } from '../ip.ts'
import type { Registrar } from '../registrar/driver.ts'
import { createRegistrar } from '../registrar/registrar.ts'
import { findZone } from '../zones/authority.ts'
import { clientTargetsOf } from './addresses.ts'
import { servedZoneNames } from './generations.ts'
import { lbsInService, listServers, targetsOf } from './servers.ts'
import type { RunWorld, World } from './world.ts'

/** Where glue is set, as config and environment say. */
export const registrarOf = ({ settings, clock, signal }: RunWorld): Registrar =>
  createRegistrar(settings.environment.registrar, { clock, signal })

/** The domain at whose registrar the glue of a host name is set: the zone of ours that it lies in, or the one above the name. */
export const domainOf = (zones: readonly string[], host: string): string => {
  const name = canonicalName(host)
  const zone = findZone(
    zones.map((origin) => ({ origin })),
    name,
  )
  return (zone?.origin ?? parentOf(name)).replace(/\.$/, '')
}

/** Walks from the root, each of which asks every server of a parent zone. */
export const readAtOnce = 8

/** The zones, and the domains that our host names lie in where these are not ours: there the glue is. */
const delegatedNames = ({ settings }: World, zones: readonly string[]): readonly string[] => {
  const domains = settings.config.pairs.map(({ hostname }) => canonicalName(domainOf(zones, hostname)))
  return [...new Set([...zones, ...domains])]
}

/**
 * The delegation of every zone, and of the domains of our host names, as every server of the parent zone shows it now. Without
 * those that nobody but our own lbs delegates, from a zone above that is ours too: what they show is what we deploy.
 * @param served the zones that are served, where they have just been read.
 */
export const readDelegations = async (world: World, served?: readonly string[]): Promise<readonly Delegation[]> => {
  const roots = world.settings.environment.rootServers
  const zones = served ?? (await servedZoneNames(world))
  const all = await mapBounded(delegatedNames(world, zones), readAtOnce, (zone) => readDelegation(zone, { roots }))
  return withoutOwn(world, all, zones)
}

/** Delegations less those that nobody but our own lbs shows. */
export const withoutOwn = async <D extends Delegation>(
  world: World,
  all: readonly D[],
  zones: readonly string[],
): Promise<readonly D[]> => {
  if (!all.some(({ parentZone }) => zones.includes(parentZone))) return all
  const lbs = (await listServers(world)).filter(({ role }) => role === 'lb')
  const ours = (await clientTargetsOf(world, lbs)).map(({ address }) => address)
  return all.filter((one) => !isOwn(one, { zones, ours }))
}

/** Whether nobody but our own lbs shows a delegation: what they show is what we deploy. */
export const isOwn = (
  { parentZone, parents }: Delegation,
  { zones, ours }: { readonly zones: readonly string[]; readonly ours: readonly string[] },
): boolean => {
  const addresses = canonicalAddresses(ours)
  return (
    zones.includes(parentZone) &&
    parents.length > 0 &&
    parents.every(({ address }) => addresses.includes(canonicalAddress(address)))
  )
}

/** The DS records that the parents have of these zones. */
export const readDsOf = (world: World, zones: readonly string[]): Promise<readonly DsReading[]> =>
  mapBounded(zones, readAtOnce, (zone) => readDs(zone, { roots: world.settings.environment.rootServers }))

/**
 * How long each record that leads to the lbs may be held by a cache, at the parents and in the zones themselves.
 * @throws InfraError (exit code 8), naming them, when parents or lbs do not tell: the longest of a part is not the longest.
 */
export const readTtlSources = async (world: World): Promise<readonly TtlSource[]> => {
  const servers = await listServers(world)
  const zones = await servedZoneNames(world, servers)
  const delegations = await readDelegations(world, zones)
  const hosts = world.settings.config.pairs.map(({ hostname }) => canonicalName(hostname))
  const targets = lbsInService(servers).flatMap((lb) => targetsOf(lb, 53))
  const children = await mapBounded(delegatedNames(world, zones), readAtOnce, async (zone) => ({
    zone,
    views: await readChild(
      targets,
      zone,
      hosts.filter((host) => isWithin(host, zone)),
    ),
  }))
  const gaps = [...findSilentIn(delegations), ...children.flatMap(({ views }) => findChildGaps(views))]
  if (gaps.length > 0) throw unknownTtl([...new Set(gaps)])
  return [...delegations.flatMap(parentTtlsOf), ...children.flatMap(({ zone, views }) => childTtlsOf(zone, views))]
}

/** Where glue that leads to some lbs stands: sentences that say who shows it, and who was not heard. */
export interface GlueReading {
  readonly shown: readonly string[]
  /** Not empty: nobody knows whether glue leads there. */
  readonly silent: readonly string[]
}

/** Where a parent server still shows an address of these lbs as glue. */
export const findGlueTo = async (world: World, lbs: readonly FleetServer[]): Promise<GlueReading> => {
  const targets = await clientTargetsOf(world, lbs)
  return glueTo(await readDelegations(world), targets)
}

const glueTo = (delegations: readonly Delegation[], targets: readonly Target[]): GlueReading => {
  const addresses = canonicalAddresses(targets.map(({ address }) => address))
  const shown = delegations.flatMap(({ zone, parents }) =>
    parents.flatMap((parent) =>
      parent.kind === 'referral'
        ? parent.glue
            .filter(({ address }) => addresses.includes(canonicalAddress(address)))
            .map(({ name, address }) => `${parent.server} (${parent.address}) shows ${address} as ${name}, for ${zone}`)
        : [],
    ),
  )
  return { shown, silent: findSilentIn(delegations) }
}

/** The same, and where a parent server names a nameserver that zones will not have: its glue may be kept elsewhere. */
export const findLeadTo = async (world: World, lbs: readonly FleetServer[]): Promise<GlueReading> => {
  const [targets, delegations] = await Promise.all([clientTargetsOf(world, lbs), readDelegations(world)])
  const hosts = world.settings.config.pairs
    .flatMap(({ hostname, formerHostnames }) => [hostname, ...formerHostnames])
    .map(canonicalName)
  const { shown, silent } = glueTo(delegations, targets)
  const named = delegations.flatMap(({ zone, parents }) =>
    parents.flatMap((parent) =>
      parent.kind === 'referral'
        ? parent.ns
            .filter((ns) => !hosts.includes(ns))
            .map((ns) => `${parent.server} (${parent.address}) names ${ns} for ${zone}`)
        : [],
    ),
  )
  return { shown: [...named, ...shown], silent }
}
