import path from 'node:path'
import { InfraError, ifRefused } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { nameserversOf } from '../plan/nameservers.ts'
import { compileZonesOnce } from '../zones/compile-once.ts'
import { hashArtefact } from '../zones/hash.ts'
import { withKeys } from '../zones/signing/known.ts'
import { findZoneSources } from '../zones/sources.ts'
import type { Zone } from '../zones/zone.ts'
import { glueHostsOf, listAddresses } from './addresses.ts'
import { readServedArtefact, type ServedArtefact } from './served.ts'
import { listServers } from './servers.ts'
import { hashSourcesOf, readKeysOf, signArtefact } from './signing.ts'
import type { World } from './world.ts'

export const zonesFolderOf = ({ settings }: World): string =>
  path.resolve(settings.sources, settings.config.zonesFolder)

/** The names of all zones, canonical; they are the files' names, so nothing is compiled for them. */
export const zoneNames = async (world: World): Promise<readonly string[]> =>
  (await findZoneSources(zonesFolderOf(world))).map(({ origin }) => origin)

/**
 * What is made of the zone files at hand for a generation: the zone files, with the generation as serial and the addresses of the lbs
 * that it was made for. Looked up anew each time it is asked for, since lbs are found by name; compiled when something has changed.
 * @param servers all of the project, where they have just been read, or are to be taken for others than they are.
 */
export const compileArtefact = async (
  world: World,
  generation: number,
  servers?: readonly FleetServer[],
): Promise<readonly Zone[]> => {
  const [lbs, addresses] = await Promise.all([servers ?? listServers(world), listAddresses(world)])
  const hosts = glueHostsOf(lbs, addresses, { config: world.settings.config, generation })
  const zones = await compileZonesOnce({ folder: zonesFolderOf(world), serial: generation, hosts })
  const names = zones.map(({ origin }) => origin)
  return withKeys(zones, await readKeysOf(world, names))
}

/** What this process has signed, by content: signatures differ each time, so the same cannot be made twice. */
const signed = new Map<string, readonly Zone[]>()

/**
 * What nameservers are given: what `compileArtefact` makes, signed where zones have keys.
 * @throws InfraError (exit code 2) when it cannot be signed.
 */
export const makeArtefact = async (world: World, generation: number): Promise<readonly Zone[]> => {
  const made = await signArtefact(world, await compileArtefact(world, generation))
  if (made.some(({ signing }) => signing)) signed.set(hashArtefact(made), made)
  return made
}

/** The hash of what zones are made from, for the label `zones`. */
export const hashSources = (world: World): Promise<string> => hashSourcesOf(world, zonesFolderOf(world))

/**
 * What the nameservers of a generation must answer: what they were given. That is compiled where the zone files at hand still make
 * it, and else read from the nameservers themselves.
 * @throws InfraError (exit code 8) when nobody can say it; with exit code 2 when nobody has been given anything yet and the zone
 * files do not compile.
 */
export const getArtefact = async (world: World, generation: number): Promise<readonly Zone[]> => {
  const found = await findArtefact(world, generation, await listServers(world))
  if ('zones' in found) return found.zones
  throw new InfraError(`What generation ${generation} must answer is not known: ${found.fault}`, {
    exitCode: 8,
    hint: `The zone files at hand do not make it either. Check out the commit that it was made from (label \`commit\`), or see to its nameservers; then run this again.`,
  })
}

/** The same, or why nobody can say it. @param servers all of the project. */
export const findArtefact = async (
  world: World,
  generation: number,
  servers: readonly FleetServer[],
): Promise<ServedArtefact> => {
  const members = nameserversOf({ servers }, generation)
  // what is made, but for one that is not configured yet
  if (members.every(({ phase, content }) => phase === 'next' && content === '')) {
    return { zones: await compileArtefact(world, generation, servers) }
  }
  const compiled = await compileLike(world, generation, servers).catch(ifRefused(() => undefined))
  return compiled ? { zones: compiled } : readServedArtefact(world, generation, servers)
}

/** The nameservers of a generation that have been given its zones. */
export const givenOf = (servers: readonly FleetServer[], generation: number): readonly FleetServer[] =>
  servers.filter((server) => server.generation === generation && server.content !== '')

/** @returns undefined when the zone files at hand are others, or become something else on this computer. */
const compileLike = async (
  world: World,
  generation: number,
  servers: readonly FleetServer[],
): Promise<readonly Zone[] | undefined> => {
  const members = nameserversOf({ servers }, generation)
  const contents = givenOf(servers, generation).map(({ content }) => content)
  const made = contents.map((content) => signed.get(content)).find((one) => one !== undefined)
  if (made) return made
  const zones = await hashSources(world)
  if (members.every((one) => one.zones !== zones)) return undefined
  const compiled = await compileArtefact(world, generation, servers)
  // where a release made it that did not note it, the same zone files have to do for a proof
  return contents.length === 0 || contents.includes(hashArtefact(compiled)) ? compiled : undefined
}
