import { existsSync } from 'node:fs'
import path from 'node:path'
import type { LocalSettings } from '../config/load.ts'
import { readRecipients } from '../config/recipients.ts'
import { type DsReading, findDsFaults, findDsStrangers, readDs } from '../dns/delegation/ds.ts'
import { dsOf } from '../dns/dnssec/ds.ts'
import { canonicalName } from '../dns/wire/name.ts'
import { type ExitCode, InfraError } from '../errors.ts'
import { readZoneKeys, setAside } from '../zones/signing/keys.ts'
import { dnskeyOf } from '../zones/signing/known.ts'
import { makeZoneKey } from '../zones/signing/make-key.ts'
import type { ZoneKey } from '../zones/signing/zone-key.ts'
import { findZoneSources } from '../zones/sources.ts'

/** A zone, and its key, as they are at the moment. */
export interface Signing {
  /** Canonical. */
  readonly zone: string
  /** Absolute; not there before the first key is. */
  readonly folder: string
  readonly key: ZoneKey | undefined
  readonly settings: LocalSettings
}

interface Told {
  readonly exitCode: ExitCode
  readonly lines: readonly string[]
  readonly key: string | null
  /** What the parent is given for the key, as the data of a DS record. */
  readonly ds: string | null
}

/** @throws InfraError (exit code 2) when zones are not signed here, when there is no such zone, or when any key cannot be used. */
export const openSigning = async (settings: LocalSettings, name: string): Promise<Signing> => {
  const { config, root } = settings
  const zone = canonicalName(name)
  if (!config.dnssec) {
    throw new InfraError('infra.config.ts does not say where the keys of zones are', {
      hint: "Add a folder to it that is outside of zonesFolder, such as dnssec: { keys: 'dnssec-keys' }. Nothing was changed.",
      exitCode: 2,
    })
  }
  const sources = await findZoneSources(path.resolve(root, config.zonesFolder))
  if (sources.every(({ origin }) => origin !== zone)) {
    throw new InfraError(`There is no zone ${zone} in ${config.zonesFolder}`, {
      hint: `There is: ${sources.map(({ origin }) => origin).join(', ')}. Nothing was changed.`,
      exitCode: 2,
    })
  }
  const folder = path.resolve(root, config.dnssec.keys)
  const keys = existsSync(folder) ? await readZoneKeys(folder) : []
  return { zone, folder, key: keys.find(({ origin }) => origin === zone), settings }
}

/** An hour: for so long caches hold the key set. */
const keyTtlSeconds = 3600

const warning = [
  'Do not give its DS record to the parent yet: as long as caches hold unsigned answers, these would be taken for forged.',
  'docs/signed-domains.md has the steps and the waits.',
]

/** Makes the key of a zone, unless it has one. */
export const signingOn = async (signing: Signing): Promise<Told> => {
  const { zone, folder, key, settings } = signing
  if (key) return { exitCode: 0, lines: [`${zone} has its key already: ${key.name}.`, ...warning], ...factsOf(key) }
  const { config, environment, root } = settings
  const recipients = await readRecipients(config.dnssec?.recipients ?? [environment.sshPublicKeyFile], root)
  const made = await makeZoneKey({ origin: zone, ttlSeconds: keyTtlSeconds, folder, recipients })
  const file = path.join(folder, made.name)
  return {
    exitCode: 0,
    lines: [
      `${zone} is signed from the next deployment on.`,
      `Keep both files, with the zone files: ${file}.key and ${file}.private.age (encrypted to ${countOf(recipients)}).`,
      ...warning,
    ],
    ...factsOf(made),
  }
}

const countOf = ({ length }: readonly string[]): string => (length === 1 ? 'one public key' : `${length} public keys`)

/**
 * Puts the key of a zone aside, from where it can be brought back.
 * @throws InfraError while a server of the parent has a DS record (exit code 1), or was not heard (8).
 */
export const signingOff = async (signing: Signing): Promise<Told> => {
  const { zone, folder, key, settings } = signing
  if (!key) return { exitCode: 0, lines: [`${zone} has no key: nothing to do.`], ...factsOf(key) }
  const { parentZone, state } = await readDsHere(zone, settings)
  if (state.kind === 'unknown') {
    throw new InfraError(
      `It is not known whether ${parentZone} has DS records of ${zone}: ${state.silent.join('; ')}`,
      {
        hint: 'Nothing was changed. Run this again once these can be asked from here over port 53, by UDP and TCP.',
        exitCode: 8,
      },
    )
  }
  if (state.kind === 'records') {
    throw new InfraError(`${parentZone} has DS records of ${zone}: ${state.sets.map(({ at }) => at).join(', ')}`, {
      hint: 'Nothing was changed. Have the registrar remove them first, while the zone is still signed; then wait as docs/signed-domains.md says.',
    })
  }
  const aside = await setAside(key, folder)
  return {
    exitCode: 0,
    lines: [
      `${zone} is not signed any more from the next deployment on. Its key lies in ${aside}.`,
      'Deploy only when the DS record has been gone for its TTL and the longest TTL of the zone: docs/signed-domains.md.',
    ],
    ...factsOf(undefined),
  }
}

/** What there is: the key, what the parent would have for it, and what it has. Exit code 3 when they do not fit, 8 when it cannot be asked. */
export const signingStatus = async ({ zone, key, settings }: Signing): Promise<Told> => {
  const reading = await readDsHere(zone, settings)
  const published = key ? [dnskeyOf(key)] : []
  const faults = [...findDsFaults(reading, published), ...findDsStrangers(reading, published)]
  const facts = factsOf(key)
  return {
    exitCode: faults.length > 0 ? 3 : reading.state.kind === 'unknown' ? 8 : 0,
    lines: [
      key ? `${zone} has the key ${key.name}.` : `${zone} has no key: it is not signed by a deployment.`,
      ...(facts.ds === null ? [] : [`For its parent: ${zone} DS ${facts.ds}`]),
      ...(faults.length > 0 ? faults : [describeState(reading)]),
      ...(key && reading.state.kind === 'none' ? warning : []),
    ],
    ...facts,
  }
}

const describeState = ({ parentZone, state }: DsReading): string => {
  if (state.kind === 'none') return `No server of ${parentZone} has a DS record.`
  if (state.kind === 'unknown') return `What ${parentZone} has is not known: ${state.silent.join('; ')}`
  return `${parentZone} has it: ${state.sets.map(({ at }) => at).join(', ')}.`
}

const factsOf = (key: ZoneKey | undefined): Pick<Told, 'key' | 'ds'> => ({
  key: key?.name ?? null,
  ds: (key && dsOf(key.origin, dnskeyOf(key))) ?? null,
})

const readDsHere = (zone: string, { environment }: LocalSettings): Promise<DsReading> =>
  readDs(zone, { roots: environment.rootServers })
