import { availableParallelism } from 'node:os'
import { mapBounded } from '../../bounded.ts'
import { InfraError, ifRefused } from '../../errors.ts'
import { tryZones } from '../trial.ts'
import type { Zone } from '../zone.ts'
import type { SigningRules } from './commands.ts'
import { openPrivateKey } from './private-key.ts'
import { type Signer, signZone } from './sign-zone.ts'
import type { ZoneKey } from './zone-key.ts'

export interface SigningOptions extends SigningRules {
  /** Absolute, where the files of the keys are. */
  readonly folder: string
  readonly keys: readonly ZoneKey[]
  /** Path of the private key that decrypts the private halves. */
  readonly identity: string
}

/**
 * Signs those of the zones that have keys, and has BIND's server load the result. The others come back as they are.
 * @throws InfraError (exit code 2) with all keys that cannot be read; else for the first zone that cannot be signed.
 */
export const signZones = async (zones: readonly Zone[], options: SigningOptions): Promise<readonly Zone[]> => {
  const signers = await openKeys(zones, options)
  const finished = await mapBounded(zones, availableParallelism(), (zone) => {
    const own = signers.filter(({ key }) => key.origin === zone.origin)
    return own.length > 0 ? signZone(zone, own, options) : Promise.resolve(zone)
  })
  await verifyLoaded(finished.filter(({ origin }) => signers.some(({ key }) => key.origin === origin)))
  return finished
}

const openKeys = async (
  zones: readonly Zone[],
  { folder, keys, identity }: SigningOptions,
): Promise<readonly Signer[]> => {
  const needed = keys.filter(({ origin }) => zones.some((zone) => zone.origin === origin))
  const opened = await mapBounded(needed, availableParallelism(), (key) =>
    openPrivateKey(key, { folder, identity }).catch(ifRefused((error) => error)),
  )
  const [refusal, ...others] = opened.filter((one) => typeof one !== 'string')
  if (refusal) {
    const all = [refusal, ...others].map(({ message }) => message).join('\n')
    throw new InfraError(all, {
      exitCode: 2,
      cause: refusal,
      ...(refusal.hint === undefined ? {} : { hint: refusal.hint }),
    })
  }
  return needed.flatMap((key, index) => {
    const privateKey = opened[index]
    return typeof privateKey === 'string' ? [{ key, privateKey }] : []
  })
}

const verifyLoaded = async (signed: readonly Zone[]): Promise<void> => {
  if (signed.length === 0) return
  const refusals = [...(await tryZones(signed))].flatMap(([origin, faults]) => faults.map((one) => `${origin}: ${one}`))
  if (refusals.length === 0) return
  throw new InfraError(`Signed zones are not loaded:${refusals.map((one) => `\n  - ${one}`).join('')}`, {
    hint: 'Correct the zone files. Nothing was created or changed.',
    exitCode: 2,
  })
}
