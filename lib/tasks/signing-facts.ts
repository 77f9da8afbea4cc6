import { readDs } from '../dns/delegation/ds.ts'
import { keyOfDs } from '../dns/dnssec/ds.ts'
import { isWithin } from '../dns/wire/name.ts'
import type { DsMemory } from '../fleet/labels.ts'
import type { FleetServer } from '../fleet/server.ts'
import { mergeNoted, type Noted } from '../plan/held.ts'
import { nameserversIn } from '../plan/nameservers.ts'
import type { SigningFacts } from '../plan/signing.ts'
import type { Registrar } from '../registrar/driver.ts'
import { dnskeyOf, dsNameOf } from '../zones/signing/known.ts'
import type { ZoneKey } from '../zones/signing/zone-key.ts'
import { longestTtlOf } from '../zones/ttl.ts'
import { findRegistered } from './domain-keys.ts'
import { servedZoneNames } from './generations.ts'
import { readSignedZones } from './served-signing.ts'
import { listServers } from './servers.ts'
import { readKeysOf } from './signing.ts'
import type { World } from './world.ts'

/** Where a zone stands, and what it was read from. */
export interface SigningReading {
  readonly facts: SigningFacts
  readonly keys: readonly ZoneKey[]
  /** The nameservers that serve. */
  readonly serving: readonly FleetServer[]
  /** What is noted on them. */
  readonly noted: Noted
  /** The longest TTL of what they serve, of all zones. */
  readonly ttlSeconds: number
  readonly parentZone: string
  /** The zone of ours above it, which delegates it instead of a registrar's registry. */
  readonly above: string | undefined
}

/**
 * Reads where a zone stands: keys at hand, what serves, parents, registrar, and what is noted.
 * @param registrar asked where the zone is registered there.
 * @throws InfraError (exit code 8) when nobody can say what serves.
 */
export const readSigningFacts = async (world: World, zone: string, registrar: Registrar): Promise<SigningReading> => {
  const servers = await listServers(world)
  const serving = nameserversIn({ servers }, 'serving')
  const [keys, reading, names] = await Promise.all([
    readKeysOf(world, [zone]),
    readDs(zone, { roots: world.settings.environment.rootServers }),
    servedZoneNames(world, servers),
  ])
  const generations = [...new Set(serving.map(({ generation }) => generation))]
  const zones = (await Promise.all(generations.map((generation) => readSignedZones(world, generation, servers)))).flat()
  const served = zones.flatMap(({ origin, signing }) => (origin === zone ? [signing?.published.rdata ?? []] : []))
  const known = [...new Set([...served.flat(), ...keys.map(dnskeyOf)])]
  const above = names.filter((name) => name !== zone && isWithin(zone, name)).sort((a, b) => b.length - a.length)[0]
  const now = Math.floor(world.clock.now() / 1000)
  const noted = mergeNoted(serving, now)
  return {
    keys,
    serving,
    noted,
    ttlSeconds: longestTtlOf(zones),
    parentZone: reading.parentZone,
    above,
    facts: {
      ...keysAtHand(keys),
      served,
      othersUntil: noted.otherKeys?.until,
      parents:
        reading.silent.length > 0
          ? { kind: 'unknown', silent: reading.silent }
          : {
              kind: 'heard',
              sets: reading.heard.map(({ ds }) => ds.map((one) => keyOfDs(zone, one, known))),
              ttlSeconds: reading.state.kind === 'records' ? reading.state.ttl : 0,
            },
      registered: above === undefined ? await findRegistered(registrar, zone, known) : undefined,
      memories: memoriesOf(zone, known, noted),
      now,
    },
  }
}

const keysAtHand = (keys: readonly ZoneKey[]): Pick<SigningFacts, 'staying' | 'leaving'> => {
  const [staying, leaving] = [false, true].map((isLeaving) => keys.find((key) => key.isLeaving === isLeaving))
  return { staying: staying && dnskeyOf(staying), leaving: leaving && dnskeyOf(leaving) }
}

const memoriesOf = (zone: string, keys: readonly string[], { ds }: Noted): ReadonlyMap<string, DsMemory> =>
  new Map(
    keys.flatMap((key) => {
      const memory = ds.get(dsNameOf(zone, key))
      return memory ? [[key, memory] as const] : []
    }),
  )
