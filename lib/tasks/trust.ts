import { type DsReading, findDsFaults } from '../dns/delegation/ds.ts'
import { readPublicKey } from '../dns/dnssec/public-key.ts'
import type { FleetServer } from '../fleet/server.ts'
import { nameserversIn } from '../plan/nameservers.ts'
import { makesNameservers, switchedTo } from '../plan/phases.ts'
import type { Plan } from '../plan/types.ts'
import { describeMoment } from '../time.ts'
import { dnskeyOf } from '../zones/signing/known.ts'
import { firstEndOf } from '../zones/signing/served.ts'
import { findArtefact, zoneNames } from './artefact.ts'
import { readDsOf } from './delegations.ts'
import { type Findings, requireRight } from './gate.ts'
import { listServers } from './servers.ts'
import { readKeysOf } from './signing.ts'
import type { World } from './world.ts'

/** What a generation has of keys. */
interface Side {
  /** `generation 1790000000` */
  readonly what: string
  /** By zone, canonical: the `rdata` of its DNSKEY records, none where it is not signed. */
  readonly published: ReadonlyMap<string, readonly string[]>
  /** Unix time at which its first signature ends. */
  readonly expires: number | undefined
}

interface Unread {
  /** The end of a sentence. */
  readonly fault: string
}

/** Whoever goes back wants time to deploy: resolvers refuse all of a zone from the second on in which its signatures have ended. */
const leastSeconds = 3 * 86_400

/**
 * Before traffic is led to another generation: what parents say of its zones has to be true of it, and of the one that serves, in which
 * it can still be put right (RFC 4035 §5). Nobody is asked where none of them is signed.
 * @returns which zones are signed from then on or no more, by which keys, as sentences.
 * @throws GateError when validating resolvers would refuse a zone; InfraError (exit code 8) when it is not known.
 */
export const verifyTrusted = async (world: World, plan: Plan): Promise<readonly string[]> => {
  const servers = await listServers(world)
  const serving = nameserversIn({ servers }, 'serving')
  const goals = switchedTo(plan).filter((name) => serving.every((one) => one.name !== name))
  // where nothing serves, no resolver is led here yet: registration asks by itself
  if (serving.length === 0 || (goals.length === 0 && !makesNameservers(plan))) return []
  const there = servers.filter(({ name }) => goals.includes(name))
  const going = await readSides(world, servers, there)
  const coming = makesNameservers(plan) ? [await comingSide(world)] : []
  const sides = [...going, ...coming]
  const before = await readSides(world, servers, serving)
  const all = [...sides, ...before].filter((side) => 'published' in side)
  const signed = zonesOf(all).filter((zone) => all.some(({ published }) => published.get(zone)?.length))
  const readings = await readDsOf(world, signed)
  const judged = makesNameservers(plan) ? all : sides.filter((side) => 'published' in side)
  requireRight([unreadOf(world, [...sides, ...before]), ageOf(world, going), trustOf(readings, judged)], verdict)
  return signed.flatMap((zone) => describeChange(zone, before, sides))
}

const verdict = {
  failed: 'Validating resolvers would refuse zones of ours',
  failedHint:
    'Nothing was changed. Bring back the key that the DS record points at (dnssec.keys), or have the registrar change the DS record as docs/signed-domains.md says; signatures that end are made anew by deploy-infra.',
  unknown: 'It is not known whether the parents have DS records that fit our zones',
  unknownHint: 'Nothing was changed. Run this again once these can be asked from here.',
}

const readSides = (
  world: World,
  servers: readonly FleetServer[],
  members: readonly FleetServer[],
): Promise<readonly (Side | Unread)[]> =>
  Promise.all(
    [...new Set(members.map(({ generation }) => generation))].map(async (generation) => {
      const what = `generation ${generation}`
      const found = await findArtefact(world, generation, servers)
      if ('fault' in found) return { fault: `what ${what} was made with is not known: ${found.fault}` }
      return {
        what,
        published: new Map(found.zones.map(({ origin, signing }) => [origin, signing?.published.rdata ?? []])),
        expires: firstEndOf(found.zones),
      }
    }),
  )

/** What is about to be made from the zone files and keys at hand. */
const comingSide = async (world: World): Promise<Side> => {
  const zones = await zoneNames(world)
  const keys = await readKeysOf(world, zones)
  const published = new Map(
    zones.map((zone) => [zone, keys.filter(({ origin }) => origin === zone).map((key) => dnskeyOf(key))]),
  )
  return { what: 'what is about to be made', published, expires: undefined }
}

const zonesOf = (sides: readonly Side[]): readonly string[] => [
  ...new Set(sides.flatMap(({ published }) => [...published.keys()])),
]

const keysOf = (sides: readonly (Side | Unread)[], zone: string): readonly string[] => [
  ...new Set(sides.flatMap((side) => ('published' in side ? (side.published.get(zone) ?? []) : []))),
]

const tagsOf = (keys: readonly string[]): string => keys.map((key) => readPublicKey(key).tag).join(', ')

const describeChange = (
  zone: string,
  before: readonly (Side | Unread)[],
  after: readonly (Side | Unread)[],
): readonly string[] => {
  const [old, next] = [keysOf(before, zone), keysOf(after, zone)]
  if (old.join() === next.join()) return []
  if (next.length === 0) return [`${zone} is not signed any more; until now it is, by key ${tagsOf(old)}.`]
  const until = old.length > 0 ? `, until now by key ${tagsOf(old)}` : ''
  return [`${zone} is signed from then on, by key ${tagsOf(next)}${until}.`]
}

/** Where no zone is to be signed, a generation that cannot be read is what it always was. */
const unreadOf = ({ settings }: World, sides: readonly (Side | Unread)[]): Findings => ({
  failed: [],
  unknown: settings.config.dnssec ? sides.flatMap((side) => ('fault' in side ? [side.fault] : [])) : [],
})

const ageOf = ({ clock }: World, sides: readonly (Side | Unread)[]): Findings => ({
  unknown: [],
  failed: sides.flatMap((side) => {
    if ('fault' in side || side.expires === undefined) return []
    if (side.expires > clock.now() / 1000 + leastSeconds) return []
    return [`the signatures of ${side.what} end at ${describeMoment(side.expires * 1000)}`]
  }),
})

/** A zone that a generation does not have is refused by it, signed or not. */
const trustOf = (readings: readonly DsReading[], sides: readonly Side[]): Findings => ({
  unknown: readings.flatMap(({ state }) => (state.kind === 'unknown' ? state.silent : [])),
  failed: readings.flatMap((reading) =>
    sides.flatMap(({ what, published }) => {
      const keys = published.get(reading.zone)
      return keys ? findDsFaults(reading, keys).map((fault) => `${what}: ${fault}`) : []
    }),
  ),
})
