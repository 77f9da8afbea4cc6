import { renewalOf } from '../dns/dnssec/renewal.ts'
import { InfraError } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { nameserversIn } from '../plan/nameservers.ts'
import { describeMoment, describeRemaining } from '../time.ts'
import { firstEndOf, publishedIn } from '../zones/signing/served.ts'
import type { Zone } from '../zones/zone.ts'
import { findArtefact } from './artefact.ts'
import { listServers } from './servers.ts'
import type { World } from './world.ts'

/** By zone, canonical: `rdata` of DNSKEY records. */
export type PublishedKeys = ReadonlyMap<string, readonly string[]>

export interface ServedSigning {
  /** Those that every generation which serves has of a zone. */
  readonly keys: PublishedKeys
  /** A sentence for each generation whose signatures will soon end. */
  readonly old: readonly string[]
  /** Until when signatures hold, as a sentence; undefined where there are none. */
  readonly lasting: string | undefined
}

/**
 * What the nameservers that serve were given of keys and signatures. Nothing where the config has no zone signed: then nothing is read.
 * @throws InfraError (exit code 8) when nobody can say what one of them was given.
 */
export const readServedSigning = async (world: World): Promise<ServedSigning> => {
  if (!world.settings.config.dnssec) return { keys: new Map(), old: [], lasting: undefined }
  const servers = await listServers(world)
  const generations = [...new Set(nameserversIn({ servers }, 'serving').map(({ generation }) => generation))]
  const common = new Map<string, readonly string[]>()
  const lives: Life[] = []
  for (const generation of generations) {
    const zones = await readSignedZones(world, generation, servers)
    for (const [origin, keys] of publishedIn(zones)) {
      common.set(origin, common.get(origin)?.filter((key) => keys.includes(key)) ?? keys)
    }
    lives.push({ generation, end: firstEndOf(zones) ?? Number.POSITIVE_INFINITY })
  }
  const now = world.clock.now() / 1000
  return { keys: common, old: lives.flatMap((life) => describeOld(life, now)), lasting: describeLasting(lives) }
}

/** What a generation was given, keys too. @throws InfraError (exit code 8) when nobody can say it. */
export const readSignedZones = async (
  world: World,
  generation: number,
  servers: readonly FleetServer[],
): Promise<readonly Zone[]> => {
  const found = await findArtefact(world, generation, servers)
  if ('zones' in found) return found.zones
  throw new InfraError(`Which keys generation ${generation} has is not known: ${found.fault}`, {
    hint: 'See to its nameservers, then run this again.',
    exitCode: 8,
  })
}

/** Unix times. A generation is the moment at which its deployment began, and its signatures were made not long after. */
interface Life {
  readonly generation: number
  /** Of the first signature; infinite where there are none. */
  readonly end: number
}

const describeLasting = (lives: readonly Life[]): string | undefined => {
  const [first] = [...lives].sort((a, b) => a.end - b.end)
  if (!first || first.end === Number.POSITIVE_INFINITY) return undefined
  const [renewal, end] = [renewalOf(first.generation, first.end), first.end].map((seconds) =>
    describeMoment(seconds * 1000),
  )
  return `Signatures end at ${end}. Deploy again by ${renewal}: nothing else makes new ones.`
}

const describeOld = ({ generation, end }: Life, now: number): readonly string[] => {
  if (now < renewalOf(generation, end)) return []
  const left = end > now ? `end in ${describeRemaining((end - now) * 1000)}` : 'have ended'
  return [
    `the signatures of generation ${generation} ${left} (${describeMoment(end * 1000)}), and resolvers refuse its zones from then on: deploy-infra makes new ones`,
  ]
}
