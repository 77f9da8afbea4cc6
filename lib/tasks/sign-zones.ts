import { existsSync } from 'node:fs'
import path from 'node:path'
import type { LocalSettings } from '../config/load.ts'
import { readRecipients } from '../config/recipients.ts'
import { type DsReading, findDsDrift, readDs } from '../dns/delegation/ds.ts'
import { dsOf } from '../dns/dnssec/ds.ts'
import { canonicalName } from '../dns/wire/name.ts'
import { type ExitCode, InfraError } from '../errors.ts'
import { readZoneKeys } from '../zones/signing/keys.ts'
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
  /** The one that stays. */
  readonly key: ZoneKey | undefined
  /** The one whose place that takes. */
  readonly leaving: ZoneKey | undefined
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
  const keys = (existsSync(folder) ? await readZoneKeys(folder) : []).filter(({ origin }) => origin === zone)
  const [key, leaving] = [false, true].map((isLeaving) => keys.find((one) => one.isLeaving === isLeaving))
  return { zone, folder, key, leaving, settings }
}

/** Makes a key for a zone, and nothing else. @throws InfraError (exit code 2) when it cannot be made or encrypted. */
export const makeKey = async (signing: Signing): Promise<ZoneKey> =>
  makeKeyFor(await recipientsOf(signing.settings), signing)

const makeKeyFor = (recipients: readonly string[], { zone, folder, settings }: Signing): Promise<ZoneKey> =>
  makeZoneKey({ origin: zone, ttlSeconds: settings.config.dnssec?.keyTtlSeconds ?? 0, folder, recipients })

const recipientsOf = ({ config, environment, root }: LocalSettings): Promise<readonly string[]> =>
  readRecipients(config.dnssec?.recipients ?? [environment.sshPublicKeyFile], root)

/** Makes the first key of a zone. */
export const makeFirstKey = async (signing: Signing): Promise<Told> => {
  const recipients = await recipientsOf(signing.settings)
  const made = await makeKeyFor(recipients, signing)
  const file = path.join(path.relative(signing.settings.root, signing.folder), made.name)
  return {
    exitCode: 0,
    lines: [
      `${signing.zone} is signed from the next deployment on.`,
      `Keep both files, with the zone files: ${file}.key and ${file}.private.age (encrypted to ${countOf(recipients)}).`,
      `Next: deploy-infra; then sign-zones ${signing.zone.slice(0, -1)} on, which waits until no cache holds unsigned answers and has the parent publish its DS record.`,
    ],
    ...factsOf(made),
  }
}

const countOf = ({ length }: readonly string[]): string => (length === 1 ? 'one public key' : `${length} public keys`)

/** What there is: the key, what the parent would have for it, and what it has. Exit code 3 when they do not fit, 8 when it cannot be asked. */
export const signingStatus = async ({ zone, key, leaving, settings }: Signing): Promise<Told> => {
  const reading = await readDsHere(zone, settings)
  const published = [key, leaving].flatMap((one) => (one ? [dnskeyOf(one)] : []))
  const faults = findDsDrift(reading, published)
  const facts = factsOf(key)
  return {
    exitCode: faults.length > 0 ? 3 : reading.state.kind === 'unknown' ? 8 : 0,
    lines: [
      key ? `${zone} has the key ${key.name}.` : `${zone} has no key: it is not signed by a deployment.`,
      ...(leaving ? [`It takes the place of ${leaving.name}, which signs too until it is put aside.`] : []),
      ...(facts.ds === null ? [] : [`For its parent: ${zone} DS ${facts.ds}`]),
      ...(faults.length > 0 ? faults : [describeState(reading)]),
      ...(key && reading.state.kind === 'none'
        ? [
            `It is not given to the parent by hand before it is time: sign-zones ${zone.slice(0, -1)} on says when, and does it.`,
          ]
        : []),
    ],
    ...facts,
  }
}

const describeState = ({ parentZone, state }: DsReading): string => {
  if (state.kind === 'none') return `No server of ${parentZone} has a DS record.`
  if (state.kind === 'unknown') return `What ${parentZone} has is not known: ${state.silent.join('; ')}`
  return `${parentZone} has it: ${state.sets.map(({ at }) => at).join(', ')}.`
}

export const factsOf = (key: ZoneKey | undefined): Pick<Told, 'key' | 'ds'> => ({
  key: key?.name ?? null,
  ds: (key && dsOf(key.origin, dnskeyOf(key))) ?? null,
})

const readDsHere = (zone: string, { environment }: LocalSettings): Promise<DsReading> =>
  readDs(zone, { roots: environment.rootServers })
