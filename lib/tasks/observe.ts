import { colourBefore, type LbStatus, otherColour, readLbStatus } from '../dns-lb.ts'
import { sentenceOf } from '../errors.ts'
import { firewallName, networkName, parseServerName, type Role } from '../fleet/names.ts'
import { type FleetServer, fleetOf, toFleetServer } from '../fleet/server.ts'
import type { Observed, ObservedLb, ObservedServer } from '../plan/types.ts'
import { listAddresses } from './addresses.ts'
import { firewallRulesOf, isSameRules } from './firewall-rules.ts'
import { readGenerations } from './generations.ts'
import { findRegisteredKey } from './ssh-keys.ts'
import type { World } from './world.ts'

/** Reads the world, and is the only one that does so for planning. Changes nothing; a read-only token will do. */
export const observe = async (world: World): Promise<Observed> => {
  const { project } = world.settings.config
  const [all, addresses, sshKey, network, firewalls] = await Promise.all([
    world.hcloud.servers.list(),
    listAddresses(world),
    findRegisteredKey(world),
    world.hcloud.networks.find(networkName(project)),
    observeFirewalls(world),
  ])
  const servers = fleetOf(project, all)
  const lbs = servers.filter((server) => server.role === 'lb')
  const strangers = all.filter((server) => parseServerName(server.name) && !toFleetServer(project, server))
  const nameservers = servers.filter(({ role }) => role === 'nameserver')
  const isPrepared = ({ phase, kept }: FleetServer): boolean => phase === 'next' && !kept
  const [observedLbs, standing] = await Promise.all([
    Promise.all(lbs.map((lb) => observeLb(world, lb, servers))),
    readGenerations(
      world,
      nameservers.filter((one) => !isPrepared(one)),
    ),
  ])
  const asked = observedLbs.map(({ target }) => target)
  const begun = nameservers.filter((one) => isPrepared(one) && asked.includes(one.name))
  return {
    servers: servers.map(observedServer),
    lbs: observedLbs,
    generations: [...standing, ...(await readGenerations(world, begun))],
    addresses: addresses.map(({ name, pair, generation, serverId }) => ({
      name,
      pair,
      generation,
      lb: servers.find(({ id }) => id === serverId)?.name,
    })),
    sshKey: sshKey !== undefined,
    network: network?.labels.project === project,
    firewalls: firewalls.filter(({ state }) => state === 'right').map(({ role }) => role),
    strangers: [
      ...strangers.map((server) => `server ${server.name} (id ${server.id})`),
      ...(network && network.labels.project !== project ? [`network ${network.name} (id ${network.id})`] : []),
      ...firewalls
        .filter(({ state }) => state === 'stranger')
        .map(({ role }) => `firewall ${firewallName(project, role)}`),
    ],
  }
}

const observedServer = ({
  name,
  role,
  pair,
  phase,
  generation,
  zones,
  previous,
  kept,
  isProtected,
  announced,
  abandoned,
}: FleetServer): ObservedServer => ({
  name,
  role,
  pair,
  phase,
  generation,
  zones,
  previous,
  kept,
  isProtected,
  announced,
  abandoned: abandoned?.generation,
})

interface FirewallState {
  readonly role: Role
  readonly state: 'right' | 'absent' | 'stranger'
}

const observeFirewalls = ({ hcloud, settings }: World): Promise<readonly FirewallState[]> => {
  const { project, operatorNetworks } = settings.config
  const roles: readonly Role[] = ['nameserver', 'lb']
  return Promise.all(
    roles.map(async (role): Promise<FirewallState> => {
      const firewall = await hcloud.firewalls.find(firewallName(project, role))
      if (!firewall) return { role, state: 'absent' }
      if (firewall.labels.project !== project) return { role, state: 'stranger' }
      return { role, state: isSameRules(firewall.rules, firewallRulesOf(role, operatorNetworks)) ? 'right' : 'absent' }
    }),
  )
}

const nowhere = { active: undefined, target: undefined, idleRunning: false, revertible: false }

const observeLb = async (world: World, lb: FleetServer, servers: readonly FleetServer[]): Promise<ObservedLb> => {
  const { name, pair, phase } = lb
  const unknown = { name, pair, phase, ...nowhere, isDraining: lb.drain !== undefined }
  const reading = await readLbStatus(world.ssh, lb)
  switch (reading.kind) {
    case 'status':
      return { ...unknown, fault: undefined, ...summarize(reading.status, servers) }
    case 'no-role':
      return { ...unknown, fault: undefined }
    case 'foreign':
      return { ...unknown, fault: sentenceOf(reading.error), isForeign: true }
    case 'silent':
      return { ...unknown, fault: reading.error.message }
  }
}

const summarize = (status: LbStatus, servers: readonly FleetServer[]) => {
  const { active, colours } = status
  if (active === null) return nowhere
  const { upstream } = colours[active]
  return {
    active,
    target: servers.find((server) => server.role === 'nameserver' && server.privateIpv4 === upstream)?.name,
    idleRunning: colours[otherColour(active)].running,
    revertible: colourBefore(status) !== undefined,
  }
}
