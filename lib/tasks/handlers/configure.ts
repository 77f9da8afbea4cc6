import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { InventoryHost } from '../../ansible/inventory.ts'
import { identityOf, type Role } from '../../fleet/names.ts'
import type { Zone } from '../../zones/zone.ts'
import { inventoryHost } from '../inventory-host.ts'
import { lbHosts } from '../lb-hosts.ts'
import type { Report } from '../record.ts'
import { getServer } from '../servers.ts'
import type { RunWorld } from '../world.ts'
import { zonesFor } from './zones-label.ts'

export interface ConfigureStep {
  readonly role: Role
  readonly servers: readonly string[]
  readonly upgrade?: boolean
}

/** One Ansible run for all machines of a role: their packages install side by side. */
export const configure = async (
  world: RunWorld,
  { role, servers, upgrade = true }: ConfigureStep,
  report: Report,
): Promise<void> => {
  await world.playbook({
    folder: path.join(world.settings.sources, 'ansible'),
    role,
    hosts: await (role === 'lb'
      ? lbHosts(
          world,
          servers.map((lb) => ({ lb, upgrade })),
        )
      : nameserverHosts(world, servers, upgrade)),
    logFile: path.join(world.events.directory, `ansible-${role}.log`),
    onTask: report,
  })
}

/** The whole private network may ask: in it are lbs and nameservers alone, and lbs made later ask the same nameserver. */
const nameserverHosts = async (
  world: RunWorld,
  names: readonly string[],
  upgrade: boolean,
): Promise<readonly InventoryHost[]> => {
  const machines = await Promise.all(names.map((name) => getServer(world, name)))
  const zones = await writeZones(world, await zonesFor(world, machines))
  const { networkRange, operatorNetworks } = world.settings.config
  return Promise.all(
    machines.map((machine) =>
      inventoryHost(world, machine, {
        nameserver_identity: identityOf(machine.pair, machine.generation),
        nameserver_zones: zones,
        nameserver_dns_clients: [networkRange, ...operatorNetworks],
        nameserver_public_ipv4: machine.ipv4,
        nameserver_public_ipv6: machine.ipv6 ?? '',
        nameserver_private_ipv4: machine.privateIpv4,
        common_upgrade_packages: upgrade,
      }),
    ),
  )
}

/** The compiled zones, kept beside the report: what was deployed can be read there. */
const writeZones = async (
  world: RunWorld,
  artefact: readonly Zone[],
): Promise<readonly { origin: string; file: string }[]> => {
  const folder = path.join(world.events.directory, 'zones')
  await mkdir(folder, { recursive: true })
  return Promise.all(
    artefact.map(async ({ origin, text }) => {
      const name = origin.replace(/\.$/, '')
      const file = path.join(folder, `${name}.zone`)
      await writeFile(file, text)
      return { origin: name, file }
    }),
  )
}
