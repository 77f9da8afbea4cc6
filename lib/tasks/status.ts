import { readLbStatus } from '../dns-lb.ts'
import { findDrift } from '../plan/drift.ts'
import type { Observed } from '../plan/types.ts'
import type { Status, StatusLb, StatusServer } from '../report/status.ts'
import type { Answer } from '../report/summary.ts'
import { hashZones } from '../zones/hash.ts'
import { askWhoAnswers } from './answers.ts'
import { compileArtefact } from './artefact.ts'
import { zonesFolderOf } from './handlers/create-server.ts'
import { observe } from './observe.ts'
import { listLbs, listServers } from './servers.ts'
import type { World } from './world.ts'

/** Everything there is to know, read only. */
export const readStatus = async (world: World): Promise<Status> => {
  // one request first: a cloud that does not answer is told of once
  const servers = await listServers(world)
  const [observed, zones] = await Promise.all([observe(world), hashZones(zonesFolderOf(world))])
  const [lbs, answers] = await Promise.all([readLbs(world, observed), answersOf(world)])
  return {
    servers: servers.map(statusServer).sort((a, b) => a.name.localeCompare(b.name)),
    lbs,
    answers,
    drift: findDrift(observed, answers, { pairs: world.settings.config.pairs.length, zones }),
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

const readLbs = async (world: World, { lbs }: Observed): Promise<readonly StatusLb[]> => {
  const servers = await listLbs(world)
  return Promise.all(
    lbs.map(async ({ name, target, fault, active }): Promise<StatusLb> => {
      const server = servers.find((one) => one.name === name)
      const status = server && active ? await readLbStatus(world.ssh, server) : undefined
      return { name, target, fault, status }
    }),
  )
}

const answersOf = async (world: World): Promise<readonly Answer[]> => {
  const zones = await compileArtefact(world, 1)
  return askWhoAnswers(
    world,
    zones.map(({ origin }) => origin),
  )
}
