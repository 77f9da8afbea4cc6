import { mapBounded } from '../../bounded.ts'
import type { Config } from '../../config/schema.ts'
import { createFinding } from '../../dns/checks/finding.ts'
import { resolverChecks } from '../../dns/checks/resolver.ts'
import { judgeSpread } from '../../dns/checks/spread.ts'
import { zoneOfChecks } from '../../dns/checks/which.ts'
import { readDs } from '../../dns/delegation/ds.ts'
import { findAddresses } from '../../dns/delegation/find-addresses.ts'
import { judgeDelegation, judgeDs } from '../../dns/delegation/judge.ts'
import { judgeName } from '../../dns/delegation/judge-name.ts'
import { walkToParent } from '../../dns/delegation/walk.ts'
import { readDelegation } from '../../dns/delegation.ts'
import { plainFinding, probe } from '../../dns/probe.ts'
import { query } from '../../dns/query.ts'
import { canonicalName } from '../../dns/wire/name.ts'
import { digCommand } from '../../dns/wire/question.ts'
import { describeReply, type Endpoint } from '../../dns/wire/reply.ts'
import type { CheckedFinding } from '../../report/check-dns.ts'
import { authorityOf } from '../../zones/authority.ts'
import type { Zone } from '../../zones/zone.ts'
import { isOwn, readAtOnce } from '../delegations.ts'
import { addressesOfHost } from './hosts.ts'
import type { Scene } from './scene.ts'
import type { Asking, Choice } from './servers.ts'

interface WorldAsking extends Asking {
  readonly roots: readonly Endpoint[]
}

const chosenZones = ({ leading = [] }: Scene, { zones }: Choice): readonly Zone[] =>
  leading.filter(({ origin }) => !zones || zones.includes(origin))

/** How the world is led to the zones: by every server of their parents. */
export const askParents = async (
  scene: Scene,
  choice: Choice,
  { roots, progress, signal, pace }: WorldAsking,
): Promise<readonly CheckedFinding[]> => {
  if (!['parent-ns', 'glue', 'ds'].some((id) => choice.isChosen(id as 'ds'))) return []
  const zones = chosenZones(scene, choice)
  progress.expect(zones.length)
  const all = (scene.leading ?? []).map(({ origin }) => origin)
  const ours = scene.subjects.filter(({ role }) => role === 'lb').map(({ target }) => target.address)
  const found = await mapBounded(zones, readAtOnce, async (zone) => {
    const options = { roots, signal, pace }
    const walk = walkToParent(zone.origin, options)
    const [delegation, ds] = await Promise.all([
      readDelegation(zone.origin, options, walk),
      readDs(zone.origin, options, walk),
    ])
    progress.done()
    if (isOwn(delegation, { zones: all, ours })) return []
    const ns = nsOf(zone)
    const glue = ns.flatMap((name) => {
      const addresses = addressesOfHost(scene, name)
      return addresses ? [{ name, addresses }] : []
    })
    return [...judgeDelegation(delegation, { ns, glue }), judgeDs(ds, zone.signing?.published.rdata)]
      .filter(({ check }) => choice.isChosen(check))
      .map((finding): CheckedFinding => ({ ...finding, kind: 'parent', zone: zone.origin }))
  })
  return found.flat()
}

const nsOf = ({ origin, rrsets }: Zone): readonly string[] =>
  rrsets.find(({ name, type }) => name === origin && type === 'NS')?.rdata ?? []

/** Of `mname rname serial …`. */
const mnameOf = ({ origin, rrsets }: Zone): readonly string[] =>
  rrsets.flatMap(({ name, type, rdata }) => (name === origin && type === 'SOA' ? [rdata[0]?.split(' ')[0] ?? '.'] : []))

/** Whether the names that lead to our servers can be found by whoever knows nothing. */
export const askNames = async (
  scene: Scene,
  choice: Choice,
  { roots, progress, signal, pace }: WorldAsking,
): Promise<readonly CheckedFinding[]> => {
  if (!choice.isChosen('ns-target')) return []
  const uses = new Map<string, string[]>()
  const note = (host: string, use: string): void => void uses.set(host, [...(uses.get(host) ?? []), use])
  for (const zone of chosenZones(scene, choice)) {
    for (const host of nsOf(zone)) note(canonicalName(host), `NS of ${zone.origin}`)
    // the root for a zone that has no first server
    for (const host of mnameOf(zone)) if (host !== '.') note(canonicalName(host), `MNAME of ${zone.origin}`)
  }
  progress.expect(uses.size)
  return mapBounded([...uses], readAtOnce, async ([host, [first = '', ...others]]) => {
    const found = await findAddresses(host, { roots, signal, pace })
    progress.done()
    const use = others.length > 0 ? `${first} and ${others.length} more` : first
    const finding = judgeName(found, { use, addresses: addressesOfHost(scene, host) })
    return { ...finding, kind: 'name', zone: undefined } as const
  })
}

/** Where the nameservers of the pairs stand. */
export const judgePlaces = (scene: Scene, choice: Choice, { pairs }: Config): readonly CheckedFinding[] => {
  if (!choice.isChosen('spread') || !scene.leading) return []
  const places = pairs.map(({ hostname, location }) => ({
    host: canonicalName(hostname),
    location,
    addresses: addressesOfHost(scene, canonicalName(hostname)) ?? [],
  }))
  return [{ ...judgeSpread(places), kind: 'name', zone: undefined }]
}

/** Resolvers may have to go all the way from the root. */
const patience = { timeoutMs: 5000, tries: 2, concurrency: 16 }

/** What a resolver of the world finds. */
export const askResolver = async (
  scene: Scene,
  choice: Choice,
  { address, clock, progress, signal, pace }: Asking & { readonly address: string },
): Promise<readonly CheckedFinding[]> => {
  const zones = chosenZones(scene, choice)
  const [first] = zones
  if (!first || !choice.isChosen('resolver')) return []
  const target = { name: 'resolver', address, port: 53 }
  const question = { name: first.origin, type: 'SOA', transport: 'udp', rd: true } as const
  const greeting = await query(target, question, { timeoutMs: patience.timeoutMs, signal, pace })
  signal.throwIfAborted()
  if (greeting.kind !== 'answered') {
    const finding = createFinding({
      check: 'resolver',
      server: target.name,
      address,
      transport: 'udp',
      status: 'unknown',
      asked: `${first.origin} SOA`,
      expected: 'an answer of a resolver',
      got: describeReply(greeting),
      command: digCommand(target, question),
    })
    return [{ ...finding, kind: 'resolver', zone: first.origin }]
  }
  const checks = resolverChecks(zones.map((zone) => authorityOf(zone, scene.leading ?? [])))
  progress.expect(checks.length)
  const findings = await probe([target], checks, { ...patience, clock, signal, pace })
  progress.done(checks.length)
  const zoneOf = zoneOfChecks(zones)
  return findings.map((finding, index) => {
    const check = checks[index]
    return { ...plainFinding(finding), kind: 'resolver', zone: check && zoneOf(check) }
  })
}
