import { type ChildView, readChild } from '../dns/child.ts'
import { type Delegation, readDelegation } from '../dns/delegation.ts'
import { canonicalName, isWithin, parentOf } from '../dns/name.ts'
import { type TtlSource, ttlSourcesOf } from '../dns/ttl.ts'
import type { FleetServer } from '../fleet/server.ts'
import type { Registrar } from '../registrar/driver.ts'
import { createRegistrar } from '../registrar/registrar.ts'
import { findZone } from '../zones/authority.ts'
import { clientTargetsOf } from './addresses.ts'
import { zoneNames } from './artefact.ts'
import { listLbsInService, targetsOf } from './servers.ts'
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

/**
 * The delegation of every zone, and of the domains that our host names lie in where these are not ours: there the glue is.
 * As every server of the parent zone shows it now.
 */
export const readDelegations = async (world: World): Promise<readonly Delegation[]> => {
  const { config, environment } = world.settings
  const zones = await zoneNames(world)
  const domains = config.pairs.map(({ hostname }) => canonicalName(domainOf(zones, hostname)))
  return Promise.all(
    [...new Set([...zones, ...domains])].map((zone) => readDelegation(zone, { roots: environment.rootServers })),
  )
}

/** Whether anybody is led to our nameservers at all. */
export const isDelegated = ({ parents }: Delegation): boolean => parents.some(({ kind }) => kind === 'referral')

/** How long each record that leads to the lbs may be held by a cache, at the parents and in the zones themselves. */
export const readTtlSources = async (world: World): Promise<readonly TtlSource[]> => {
  const [delegations, lbs] = await Promise.all([readDelegations(world), listLbsInService(world)])
  const hosts = world.settings.config.pairs.map(({ hostname }) => canonicalName(hostname))
  const targets = lbs.flatMap((lb) => targetsOf(lb, 53))
  const sources = delegations.map(async (delegation): Promise<readonly TtlSource[]> => {
    const inZone = hosts.filter((host) => isWithin(host, delegation.zone))
    const children: readonly ChildView[] = await readChild(targets, delegation.zone, inZone)
    return ttlSourcesOf(delegation, children)
  })
  return (await Promise.all(sources)).flat()
}

/** Where a parent server still shows an address of these lbs as glue, a sentence each. */
export const findGlueTo = async (world: World, lbs: readonly FleetServer[]): Promise<readonly string[]> => {
  const addresses = (await clientTargetsOf(world, lbs)).map(({ address }) => address)
  const delegations = await readDelegations(world)
  return delegations.flatMap(({ zone, parents }) =>
    parents.flatMap((parent) =>
      parent.kind === 'referral'
        ? parent.glue
            .filter(({ address }) => addresses.includes(address))
            .map(({ name, address }) => `${parent.server} (${parent.address}) shows ${address} as ${name}, for ${zone}`)
        : [],
    ),
  )
}
