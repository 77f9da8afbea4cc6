import { type DsReading, findDsFaults } from '../dns/delegation/ds.ts'
import { keyOfDs } from '../dns/dnssec/ds.ts'
import { readPublicKey } from '../dns/dnssec/public-key.ts'
import type { FleetServer } from '../fleet/server.ts'
import { mayHoldDs, mayHoldOthers, mergeNoted, type Noted } from '../plan/held.ts'
import { findMixtureFault, type MixtureFault } from '../plan/mixture.ts'
import { nameserversIn } from '../plan/nameservers.ts'
import { makesNameservers, switchedTo } from '../plan/phases.ts'
import type { Plan } from '../plan/types.ts'
import { describeMoment } from '../time.ts'
import { hashKeys } from '../zones/hash.ts'
import { dnskeyOf, dsNameOf } from '../zones/signing/known.ts'
import { firstEndOf, publishedIn } from '../zones/signing/served.ts'
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
  const now = world.clock.now() / 1000
  const noted = mergeNoted(serving, now)
  const trust = trustOf(readings, judged)
  requireRight(
    [
      unreadOf(world, [...sides, ...before]),
      ageOf(world, going),
      trust,
      ...(trust.failed.length > 0 ? [] : [mixturesOf(readings, { before, sides, noted, now })]),
    ],
    verdict,
  )
  return signed.flatMap((zone) => describeChange(zone, before, sides))
}

const verdict = {
  failed: 'Validating resolvers would refuse zones of ours',
  failedHint:
    'Nothing was changed. Bring back the key that the DS record points at (dnssec.keys), or let sign-zones change keys and DS records, as docs/sign-zones.md says; signatures that end are made anew by deploy-infra.',
  unknown: 'It is not known whether the parents have DS records that fit our zones',
  unknownHint: 'Nothing was changed. Run this again once these can be asked from here.',
}

interface Leading {
  readonly before: readonly (Side | Unread)[]
  readonly sides: readonly (Side | Unread)[]
  /** On what serves. */
  readonly noted: Noted
  /** Unix time in seconds. */
  readonly now: number
}

/** Where a zone gets other keys: whatever caches hold by then has to prove itself. A zone that a generation does not have is refused by it. */
const mixturesOf = (readings: readonly DsReading[], { before, sides, noted, now }: Leading): Findings => {
  const all = [...before, ...sides].filter((side) => 'published' in side)
  const hashes = all.map(({ published }) => hashKeys(published))
  const third = mayHoldOthers(noted, hashes, now)
  const failed = readings.flatMap(({ zone, state }) => {
    const keys = [...new Set(all.flatMap(({ published }) => published.get(zone) ?? []))]
    const sets = all.map(({ published }) => published.get(zone)).filter((one) => one !== undefined)
    if (new Set(sets.map((set) => [...set].sort().join())).size < 2) return []
    const held = keys.filter((key) => mayHoldDs(noted.ds.get(dsNameOf(zone, key)), now))
    const shown = state.kind === 'records' ? state.sets.map(({ ds }) => ds.map((one) => keyOfDs(zone, one, keys))) : []
    const fault = findMixtureFault({
      generations: [...sets, ...(third ? [undefined] : [])],
      trusted: [...shown, ...held.map((key) => [key])],
    })
    return fault ? [describeMixture[fault](zone, { held, noted })] : []
  })
  return { failed, unknown: [] }
}

const describeMixture: Readonly<
  Record<MixtureFault, (zone: string, known: { readonly held: readonly string[]; readonly noted: Noted }) => string>
> = {
  unknown: (zone, { noted: { otherKeys } }) =>
    `${zone}: caches may hold answers of an earlier change of keys until ${describeMoment((otherKeys?.until ?? 0) * 1000)}, and its keys cannot change again before`,
  unsigned: (zone, { held }) =>
    `${zone}: caches may hold its DS record (${tagsOf(held)}), and would refuse what is not signed: sign-zones ${plain(zone)} off says when`,
  untrusted: (zone, { held }) =>
    `${zone}: caches may hold a DS record (${tagsOf(held)}) of a key that not every generation has: sign-zones ${plain(zone)} roll says when`,
  unproven: (zone) =>
    `${zone}: what serves and what is to serve have no key in common, and caches hold records of the one and keys of the other: sign-zones ${plain(zone)} roll changes keys`,
}

const plain = (zone: string): string => zone.replace(/\.$/, '')

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
        published: publishedIn(found.zones),
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

const tagsOf = (keys: readonly string[]): string =>
  keys
    .map((key) => readPublicKey(key).tag)
    .sort((a, b) => a - b)
    .join(', ')

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
