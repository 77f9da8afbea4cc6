import path from 'node:path'
import type { Settings } from '../config/load.ts'
import { InfraError } from '../errors.ts'
import { describeRemaining } from '../time.ts'
import { hashSources, hashZones } from '../zones/hash.ts'
import { readZoneKeys } from '../zones/signing/keys.ts'
import { signZones } from '../zones/signing/sign-zones.ts'
import type { ZoneKey } from '../zones/signing/zone-key.ts'
import { findZoneSources } from '../zones/sources.ts'
import type { Zone } from '../zones/zone.ts'
import type { World } from './world.ts'

interface Configured {
  readonly settings: Pick<Settings, 'config' | 'root'>
}

/** Of the checkout itself, also when an older commit is built anew: what serves under a DS record is today's key. */
const keysFolderOf = ({ settings }: Configured): string | undefined =>
  settings.config.dnssec && path.resolve(settings.root, settings.config.dnssec.keys)

/** @returns the keys of these zones. @throws InfraError (exit code 2) when any key cannot be used. */
export const readKeysOf = async (world: Configured, zones: readonly string[]): Promise<readonly ZoneKey[]> => {
  const folder = keysFolderOf(world)
  if (folder === undefined) return []
  return (await readZoneKeys(folder)).filter(({ origin }) => zones.includes(origin))
}

/**
 * The hash of all that zones are made from: the files, and which keys sign them.
 * @param folder of the zone files, absolute.
 * @throws InfraError (exit code 2) when one of them cannot be read.
 */
export const hashSourcesOf = async (world: World, folder: string): Promise<string> => {
  const { dnssec } = world.settings.config
  const files = await hashZones(folder)
  if (!dnssec) return files
  const origins = (await findZoneSources(folder)).map(({ origin }) => origin)
  return hashSources(files, await readKeysOf(world, origins), dnssec.denial)
}

/**
 * Signs those of the zones that have a key, from this moment on. Signatures differ each time, so whoever needs the same twice keeps them.
 * @throws InfraError (exit code 2) when a private key cannot be read, a zone not be signed, or the clock is wrong.
 */
export const signArtefact = async (world: World, zones: readonly Zone[]): Promise<readonly Zone[]> => {
  const { dnssec } = world.settings.config
  const folder = keysFolderOf(world)
  if (!dnssec || folder === undefined) return zones
  const keys = await readKeysOf(
    world,
    zones.map(({ origin }) => origin),
  )
  if (keys.length > 0) requireRightClock(world)
  const identity = world.settings.environment.signingIdentity
  return signZones(zones, { ...dnssec, now: Math.floor(world.clock.now() / 1000), folder, keys, identity })
}

const mostOffSeconds = 60

/** Signatures begin and end by this computer's clock, and are judged by those of resolvers. */
const requireRightClock = ({ clock, hcloud }: World): void => {
  const aheadMs = clock.now() - hcloud.now()
  if (Math.abs(aheadMs) <= mostOffSeconds * 1000) return
  const off = `${describeRemaining(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'}`
  throw new InfraError(
    `The clock of this computer is ${off} that of the cloud: signatures would begin and end at wrong times`,
    {
      hint: 'Nothing was created or changed. Set the clock (timedatectl set-ntp true), then run this again.',
      exitCode: 2,
    },
  )
}
