import { type ChildView, readChild } from '../../dns/delegation/child.ts'
import { type DsReading, findDsFaults } from '../../dns/delegation/ds.ts'
import { describeDelegation, findDelegationDifferences } from '../../dns/delegation/faults.ts'
import { delegationStateOf, findSilentIn } from '../../dns/delegation/state.ts'
import { findChildGaps, longestTtl, removalWait } from '../../dns/delegation/ttl.ts'
import type { Delegation } from '../../dns/delegation.ts'
import { canonicalName, isWithin } from '../../dns/wire/name.ts'
import { countQuestions, getLbStatus } from '../../dns-lb.ts'
import { InfraError } from '../../errors.ts'
import type { FleetServer } from '../../fleet/server.ts'
import { canonicalAddresses } from '../../ip.ts'
import type { GlueChange } from '../../plan/types.ts'
import { describeRemaining } from '../../time.ts'
import { clientTargetsOf, glueAddressesOf } from '../addresses.ts'
import { domainOf, readDelegations, readDsOf, readTtlSources, registrarOf } from '../delegations.ts'
import { type Findings, GateError, requireRight } from '../gate.ts'
import { servedZoneNames } from '../generations.ts'
import type { Report } from '../record.ts'
import { registerZones, setGlueOf } from '../registration.ts'
import { type PublishedKeys, readServedSigning } from '../served-signing.ts'
import { getServer, listServers, targetsOf, writeFacts } from '../servers.ts'
import type { RunWorld } from '../world.ts'

const sampleMs = 10_000

/** Notes what is so before anything changes: how much the lb is asked, and the longest that a cache may hold its address. */
export const measureLb = async (
  world: RunWorld,
  { lb: name }: { readonly lb: string },
  report: Report,
): Promise<void> => {
  const lb = await getServer(world, name)
  if (lb.before) return
  const [sources, queriesPerHour] = await Promise.all([readTtlSources(world), measureRate(world, lb)])
  const { ttlSeconds } = longestTtl(sources)
  report(`${Math.round(queriesPerHour / 60)} questions a minute, TTL at most ${describeRemaining(ttlSeconds * 1000)}`)
  await writeFacts(world, { ...(await getServer(world, name)), before: { queriesPerHour, ttlSeconds } })
}

/** Questions of clients an hour, from a sample of ten seconds. */
const measureRate = async ({ ssh, clock, signal }: RunWorld, lb: FleetServer): Promise<number> => {
  const begin = { at: clock.now(), count: countQuestions(await getLbStatus(ssh, lb)) }
  await clock.sleep(sampleMs, signal)
  const asked = Math.max(0, countQuestions(await getLbStatus(ssh, lb)) - begin.count)
  return Math.round((asked / (clock.now() - begin.at)) * 3_600_000)
}

/** Everything that has to hold before the world is led to the new lbs; what the parents show is taken as if it had changed. */
export const checkDelegation = async (
  world: RunWorld,
  { hosts }: { readonly hosts: readonly GlueChange[] },
  report: Report,
): Promise<void> => {
  // from now on the world may be led there
  for (const { lb } of hosts) world.witness.join(await clientTargetsOf(world, [await getServer(world, lb)]))
  const zones = await servedZoneNames(world)
  const delegations = await readDelegations(world, zones)
  report(delegations.map(describeDelegation).join('; '))
  const states = delegations.map((delegation) => ({ delegation, ...delegationStateOf(delegation) }))
  if (states.every(({ kind }) => kind === 'absent')) {
    throw new GateError(
      'No zone of ours is delegated, so there is no glue to change:',
      delegations.map(describeDelegation),
      'Register the nameservers of your domain at its registrar first: bootstrap-infra prints their names and addresses.',
    )
  }
  const present = states.flatMap(({ kind, delegation }) => (kind === 'absent' ? [] : [delegation]))
  const ours = present.flatMap(({ zone }) => (zones.includes(zone) ? [zone] : []))
  const found = [
    findingsAtParents(world, present),
    signingOf(await readDsOf(world, ours), (await readServedSigning(world)).keys),
    ...(await Promise.all(hosts.map((change) => childFindingsOf(world, change, zones)))),
  ]
  requireRight(found, {
    failed: 'The delegation would not be right with the new glue',
    failedHint: 'The glue was not changed. Put right what is listed, then run rotate-lbs again.',
    unknown: 'It is not known whether the delegation would be right with the new glue',
    unknownHint:
      'The glue was not changed. Run rotate-lbs again once these can be asked from here over port 53, by UDP and TCP.',
  })
}

const findingsAtParents = ({ settings }: RunWorld, delegations: readonly Delegation[]): Findings => {
  const ns = settings.config.pairs.map(({ hostname }) => canonicalName(hostname))
  return {
    failed: delegations.flatMap((delegation) => findDelegationDifferences(delegation, { ns, glue: [] })),
    unknown: findSilentIn(delegations),
  }
}

/** The zone itself has to give the new lb's addresses, through old and new lbs alike, before its parent does. */
const childFindingsOf = async (
  world: RunWorld,
  { host, lb: name }: GlueChange,
  zones: readonly string[],
): Promise<Findings> => {
  const lb = await getServer(world, name)
  const wanted = canonicalAddresses(await glueAddressesOf(world, lb))
  const lbs = (await listServers(world)).filter(({ role }) => role === 'lb')
  const domain = domainOf(zones, host)
  const views = await readChild(
    lbs.flatMap((one) => targetsOf(one, 53)),
    domain,
    [host],
  )
  return { failed: views.flatMap((view) => differencesOf(view, host, wanted)), unknown: findChildGaps(views) }
}

const differencesOf = (
  { server, address, addresses, faults, isRefused }: ChildView,
  host: string,
  wanted: readonly string[],
): readonly string[] => {
  const shown = canonicalAddresses(addresses.map((record) => record.address))
  if (shown.join() === wanted.join() || (faults.length > 0 && !isRefused)) return []
  return [
    `${server} (${address}) answers ${shown.join(', ') || 'nothing'} for ${host}, instead of ${wanted.join(', ')}`,
  ]
}

/** One host at a time, and nothing that is not ours. */
export const publishGlue = async (
  world: RunWorld,
  { host, lb: name, mayBeElsewhere }: GlueChange & { readonly mayBeElsewhere?: boolean },
  report: Report,
): Promise<void> => {
  const lb = await getServer(world, name)
  const registrar = registrarOf(world)
  const addresses = await glueAddressesOf(world, lb)
  report(`${registrar.name}: ${host} ${addresses.join(' ')}`)
  const nearest = domainOf(await servedZoneNames(world), host)
  if (await setGlueOf(registrar, nearest, { host, addresses })) return
  const fact = `${registrar.name} holds no domain that ${host} lies in`
  if (mayBeElsewhere) return report(`${fact}: whoever does has to give it ${addresses.join(' and ')}`)
  throw new InfraError(`${fact}, so its glue was not set`, {
    hint: `Set REGISTRAR=manual and run this again to be told what to enter where that domain is; or look whether the credentials are those of its account.`,
  })
}

/** Zones below another of ours are delegated by that one, not by a registrar. */
const registeredZones = async (world: RunWorld): Promise<readonly string[]> => {
  const zones = await servedZoneNames(world)
  return zones.filter((zone) => !zones.some((other) => other !== zone && isWithin(zone, other)))
}

/** Before the registrar is told anything: a domain that its parent takes for signed would be dead once it is delegated to us. */
export const checkUnsigned = async (world: RunWorld, _step: object, report: Report): Promise<void> => {
  const zones = await registeredZones(world)
  report(zones.join(' '))
  const { keys: published } = await readServedSigning(world)
  const isSigning = published.size > 0
  requireRight([signingOf(await readDsOf(world, zones), published)], {
    failed: isSigning
      ? 'The parents of zones of ours have DS records that fit no key'
      : 'Zones of ours are not signed, but their parent says they are',
    failedHint:
      'Nothing was changed at the registrar. Have it remove the DS records of these domains (it may call that: switch DNSSEC off) while the servers of before still serve them, wait until the parents show none and the TTL has passed, then run this again.',
    unknown: isSigning
      ? 'It is not known whether the parents have DS records of our zones that fit no key'
      : 'It is not known whether the parents have DS records of our zones, which are not signed',
    unknownHint:
      'Nothing was changed at the registrar. Run this again once these can be asked from here over port 53, by UDP and TCP.',
  })
}

const signingOf = (readings: readonly DsReading[], published: PublishedKeys): Findings => ({
  failed: readings.flatMap((reading) => findDsFaults(reading, published.get(reading.zone))),
  unknown: readings.flatMap(({ state }) => (state.kind === 'unknown' ? state.silent : [])),
})

/** Its last words are for the end of the run: what is left to others. */
export const registerNameservers = async (world: RunWorld, _step: object, report: Report): Promise<void> => {
  const registrar = registrarOf(world)
  const nameservers = world.settings.config.pairs.map(({ hostname }) => hostname)
  const zones = await registeredZones(world)
  report(`${registrar.name}: ${zones.join(' ')}`)
  const left = await registerZones(registrar, zones, nameservers)
  if (left.length === 0) return
  report(
    `${registrar.name} does not hold ${left.join(', ')}: whoever delegates that has to enter ${nameservers.join(', ')}`,
  )
}

/** From now on nobody learns of these lbs; how long those who did may remember is the longest TTL of before and of now. */
export const beginDrain = async (
  world: RunWorld,
  { lbs }: { readonly lbs: readonly string[] },
  report: Report,
): Promise<void> => {
  const sources = await readTtlSources(world)
  const since = Math.floor(world.clock.now() / 1000)
  for (const name of lbs) {
    const lb = await getServer(world, name)
    if (lb.drain) continue
    const before = knownBefore(lb).map(({ ttlSeconds }) => ({ what: 'TTLs before the change', ttlSeconds }))
    const { waitSeconds, reasons } = removalWait([...sources, ...before], world.settings.config.rotation)
    report(`${name}: ${reasons.join(', ')}`)
    await writeFacts(world, { ...lb, drain: { since, waitSeconds } })
  }
}

/** What was measured before anything changed. Once it has, nobody can tell any more how long caches hold what was there before. */
const knownBefore = (lb: FleetServer): readonly { readonly ttlSeconds: number }[] => {
  const known = [lb.before, lb.abandoned].filter((one) => one !== undefined)
  if (known.length > 0) return known
  throw new InfraError(`${lb.name} bears no label that says how long caches could hold its address before the change`, {
    exitCode: 8,
    hint: `Give it the longest TTL that glue, NS and address records had, in seconds (two days under .com):\nhcloud server add-label ${lb.name} ttl-before=172800 && hcloud server add-label ${lb.name} queries-before=0\nThen run rotate-lbs again.`,
  })
}
