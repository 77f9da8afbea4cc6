import { readLbStatus } from '../dns-lb.ts'
import { sentenceOf } from '../errors.ts'
import { findDrift } from '../plan/drift.ts'
import type { Status, StatusLb, StatusServer } from '../report/status.ts'
import type { Answer } from '../report/summary.ts'
import { hashZones } from '../zones/hash.ts'
import { listAddresses } from './addresses.ts'
import { askWhoAnswers } from './answers.ts'
import { compileArtefact, zonesFolderOf } from './artefact.ts'
import { observe } from './observe.ts'
import { readNameDrift } from './published.ts'
import { lbsInService, listServers } from './servers.ts'
import { readDelegationsStatus } from './status-delegations.ts'
import type { World } from './world.ts'

/** Everything there is to know, read only. */
export const readStatus = async (world: World): Promise<Status> => {
  // one request first: a cloud that does not answer is told of once
  const servers = await listServers(world)
  const [observed, zones] = await Promise.all([observe(world), hashZones(zonesFolderOf(world))])
  const [lbs, answers, addresses, { delegations, drift }, nameDrift] = await Promise.all([
    readLbs(world),
    answersOf(world),
    listAddresses(world),
    readDelegationsStatus(world),
    readNameDrift(world, servers),
  ])
  return {
    servers: servers.map(statusServer),
    lbs,
    addresses: addresses.map(({ name, ip, serverId }) => ({
      name,
      ip,
      lb: servers.find(({ id }) => id === serverId)?.name,
    })),
    answers,
    delegations,
    drift: [
      ...findDrift(observed, answers, { pairs: world.settings.config.pairs.length, zones, isRunning: false }),
      ...nameDrift,
      ...drift,
    ],
  }
}

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
}: StatusSource): StatusServer => ({
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

type StatusSource = Awaited<ReturnType<typeof listServers>>[number]

/** What runs on each lb that clients may ask. */
export const readLbs = async (world: World): Promise<readonly StatusLb[]> => {
  const servers = await listServers(world)
  return Promise.all(lbsInService(servers).map((lb) => readLb(world, lb, servers)))
}

const readLb = async (world: World, lb: StatusSource, servers: readonly StatusSource[]): Promise<StatusLb> => {
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

const answersOf = async (world: World): Promise<readonly Answer[]> => {
  const zones = await compileArtefact(world, 1)
  return askWhoAnswers(
    world,
    zones.map(({ origin }) => origin),
  )
}
