import { readLbStatus } from '../dns-lb.ts'
import { InfraError, sentenceOf } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { findRunningOperation } from '../lock.ts'
import { findConfigDrift } from '../plan/config-drift.ts'
import { findDrift } from '../plan/drift.ts'
import { nameserversIn } from '../plan/nameservers.ts'
import type { Observed } from '../plan/types.ts'
import type { Status, StatusLb, StatusServer } from '../report/status.ts'
import type { Answer } from '../report/summary.ts'
import { listAddresses } from './addresses.ts'
import { askWhoAnswers } from './answers.ts'
import { compileArtefact, hashSources, zoneNames } from './artefact.ts'
import { readContentDrift } from './content.ts'
import { observe } from './observe.ts'
import { readNameDrift } from './published.ts'
import { readServedSigning } from './served-signing.ts'
import { lbsThatMayBeAsked, listServers } from './servers.ts'
import { readDelegationsStatus } from './status-delegations.ts'
import type { World } from './world.ts'

/** Everything there is to know, read only. What cannot be found out is told beside the rest, and does not take its place. */
export const readStatus = async (world: World): Promise<Status> => {
  const { config } = world.settings
  // one request first: a cloud that does not answer is told of once
  const servers = await listServers(world)
  const [observed, files, running] = await Promise.all([
    observe(world),
    readFiles(world),
    attempt(
      findRunningOperation({ hcloud: world.hcloud, project: config.project }),
      'Whether an operation is at work is not known',
    ),
  ])
  const served = servedZones(observed, files.names)
  const signing = await attempt(readServedSigning(world), 'Whether our zones are signed as they should be is not known')
  const [lbs, answers, addresses, delegations, names, content] = await Promise.all([
    readLbs(world, servers),
    askWhoAnswers(world, served, lbsThatMayBeAsked(servers)),
    listAddresses(world),
    readDelegationsStatus(world, [...new Set([...(files.names ?? []), ...served])], {
      keys: signing.value?.keys ?? 'unknown',
    }),
    readNameDrift(world, servers, served),
    readContent(world, servers, files),
  ])
  const expected = { pairs: config.pairs.length, zones: files.hash, isRunning: running.value !== undefined }
  return {
    operation: running.value,
    servers: servers.map(statusServer),
    lbs,
    addresses: addresses.map(({ name, ip, serverId }) => ({
      name,
      ip,
      lb: servers.find(({ id }) => id === serverId)?.name,
    })),
    answers,
    delegations: delegations.delegations,
    drift: [
      ...findDrift(observed, answers, expected),
      ...findConfigDrift(servers, config),
      ...content.drift,
      ...names.drift,
      ...(signing.value?.old ?? []),
      ...delegations.drift,
    ],
    signatures: signing.value?.lasting,
    unknown: [
      ...running.unknown,
      ...files.unknown,
      ...signing.unknown,
      ...content.unknown,
      ...unheardNames(names.unheard, answers),
    ],
  }
}

interface Attempt<T> {
  readonly value: T | undefined
  readonly unknown: readonly string[]
}

/** @param doubt what is said when it fails, as the beginning of a sentence. */
const attempt = async <T>(work: Promise<T>, doubt: string): Promise<Attempt<T>> => {
  try {
    return { value: await work, unknown: [] }
  } catch (error) {
    if (!(error instanceof InfraError)) throw error
    return { value: undefined, unknown: [`${doubt}: ${sentenceOf(error)}`] }
  }
}

interface Files {
  /** Canonical; undefined when the folder cannot be read. */
  readonly names: readonly string[] | undefined
  readonly hash: string | undefined
  readonly unknown: readonly string[]
}

const difference = 'Whether the zone files differ from what is served is not known'

/** The first fault is told: where there is no folder there is no hash either. */
const readFiles = async (world: World): Promise<Files> => {
  const names = await attempt(zoneNames(world), difference)
  if (!names.value) return { names: undefined, hash: undefined, unknown: names.unknown }
  const hash = await attempt(hashSources(world), difference)
  return { names: names.value, hash: hash.value, unknown: hash.unknown }
}

/** What the lbs should have: the zones of the nameservers that serve, and where one of these was not heard, those of the files. */
const servedZones = ({ servers, generations }: Observed, files: readonly string[] = []): readonly string[] => {
  const serving = nameserversIn({ servers }, 'serving')
  const known = serving.map(({ generation }) => generations.find((one) => one.generation === generation)?.zones)
  const zones = known.length === 0 || known.includes(undefined) ? files : []
  return [...new Set([...zones, ...known.flatMap((one) => one ?? [])])].sort()
}

/** What the nameservers that serve have, a generation at a time. */
const readContent = async (world: World, servers: readonly FleetServer[], files: Files) => {
  const serving = nameserversIn({ servers }, 'serving')
  const generations = [...new Set(serving.map(({ generation }) => generation))]
  const [first] = generations
  // without an lb the zones lack the addresses that make them whole
  if (first === undefined) return { drift: [], unknown: [] }
  const trial = await attempt(compileArtefact(world, first), 'The zone files at hand could not be deployed')
  const found = await Promise.all(
    generations.map(async (generation) => {
      const members = serving.filter((one) => one.generation === generation)
      const isAtHand = trial.value !== undefined && members.every(({ zones }) => zones === files.hash)
      return readContentDrift(world, members, isAtHand ? await compileArtefact(world, generation) : undefined)
    }),
  )
  return {
    drift: found.flatMap(({ drift }) => drift),
    // of files that cannot even be read it has been said
    unknown: [...(files.hash === undefined ? [] : trial.unknown), ...found.flatMap(({ unknown }) => unknown)],
  }
}

/** Not of those that do not even answer for their zones, which is told already. */
const unheardNames = (unheard: ReadonlyMap<string, string>, answers: readonly Answer[]): readonly string[] =>
  [...unheard]
    .filter(([lb]) => answers.every((answer) => answer.lb !== lb || answer.fault === undefined))
    .map(([lb, fault]) => `Which addresses ${lb} gives for our nameservers is not known: ${fault}`)

const statusServer = ({
  name,
  id,
  status,
  generation,
  serverType,
  location,
  ipv4,
  ipv6,
  privateIpv4,
}: FleetServer): StatusServer => ({
  name,
  id,
  state: status,
  generation,
  serverType,
  location,
  ipv4,
  ipv6,
  privateIpv4,
})

/** What runs on each lb that clients may ask. */
export const readLbs = (world: World, servers: readonly FleetServer[]): Promise<readonly StatusLb[]> =>
  Promise.all(lbsThatMayBeAsked(servers).map((lb) => readLb(world, lb, servers)))

const readLb = async (world: World, lb: FleetServer, servers: readonly FleetServer[]): Promise<StatusLb> => {
  const { name, drain } = lb
  const drainsUntil = drain && drain.since + drain.waitSeconds
  const reading = await readLbStatus(world.ssh, lb)
  if (reading.kind !== 'status')
    return { name, target: undefined, drainsUntil, fault: sentenceOf(reading.error), status: undefined }
  const { status } = reading
  const upstream = status.active === null ? null : status.colours[status.active].upstream
  const target = servers.find((one) => one.role === 'nameserver' && one.privateIpv4 === upstream)?.name
  return { name, target, drainsUntil, fault: undefined, status: status.active === null ? undefined : status }
}
