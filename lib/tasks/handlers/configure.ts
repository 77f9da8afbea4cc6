import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Variables } from '../../ansible/inventory.ts'
import type { FleetAddress } from '../../fleet/address.ts'
import { identityOf, type Role } from '../../fleet/names.ts'
import type { FleetServer } from '../../fleet/server.ts'
import type { Zone } from '../../zones/zone.ts'
import { listAddresses } from '../addresses.ts'
import { inventoryHost } from '../inventory-host.ts'
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
  const machines = await Promise.all(servers.map((name) => getServer(world, name)))
  const variables = role === 'lb' ? lbVariables(await listAddresses(world)) : await nameserverVariables(world, machines)
  await world.playbook({
    folder: path.join(world.settings.sources, 'ansible'),
    role,
    hosts: await Promise.all(
      machines.map((machine) =>
        inventoryHost(world, machine, { ...variables(world, machine), common_upgrade_packages: upgrade }),
      ),
    ),
    logFile: path.join(world.events.directory, `ansible-${role}.log`),
    onTask: report,
  })
}

const lbVariables =
  (addresses: readonly FleetAddress[]) =>
  ({ settings }: RunWorld, { pair, ipv4, ipv6, privateIpv4 }: FleetServer): Variables => ({
    lb_operator_networks: settings.config.operatorNetworks,
    lb_public_ipv4: ipv4,
    lb_public_ipv6: ipv6 ?? '',
    lb_private_ipv4: privateIpv4,
    // all of the pair, wherever they lead at the moment: they can be led here without touching the machine again
    lb_floating_addresses: addresses.filter((address) => address.pair === pair).map(({ ip }) => ip),
  })

/** The whole private network may ask: in it are lbs and nameservers alone, and lbs made later ask the same nameserver. */
const nameserverVariables = async (world: RunWorld, machines: readonly FleetServer[]) => {
  const zones = await writeZones(world, await zonesFor(world, machines))
  return ({ settings }: RunWorld, { pair, ipv4, ipv6, privateIpv4, generation }: FleetServer): Variables => ({
    nameserver_identity: identityOf(pair, generation),
    nameserver_zones: zones,
    nameserver_dns_clients: [settings.config.networkRange, ...settings.config.operatorNetworks],
    nameserver_public_ipv4: ipv4,
    nameserver_public_ipv6: ipv6 ?? '',
    nameserver_private_ipv4: privateIpv4,
  })
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
