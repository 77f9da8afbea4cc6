import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { InventoryHost, Variables } from '../../ansible/inventory.ts'
import { runPlaybook } from '../../ansible/run.ts'
import { identityOf, type Role } from '../../fleet/names.ts'
import type { FleetServer } from '../../fleet/server.ts'
import { compileArtefact } from '../artefact.ts'
import { getServer, listLbs } from '../servers.ts'
import type { RunWorld } from '../world.ts'

/** One Ansible run for all machines of a role: their packages install side by side. */
export const configure = async (
  world: RunWorld,
  { role, servers }: { readonly role: Role; readonly servers: readonly string[] },
  report: (text: string) => void,
): Promise<void> => {
  const machines = await Promise.all(servers.map((name) => getServer(world, name)))
  const variables = role === 'lb' ? lbVariables : await nameserverVariables(world)
  await runPlaybook({
    folder: path.join(world.settings.root, 'ansible'),
    role,
    hosts: await Promise.all(machines.map((machine) => inventoryHost(world, machine, variables(world, machine)))),
    logFile: path.join(world.events.directory, `ansible-${role}.log`),
    onTask: report,
  })
}

const inventoryHost = async (world: RunWorld, machine: FleetServer, variables: Variables): Promise<InventoryHost> => ({
  name: machine.name,
  address: machine.ipv4,
  sshOptions: await world.ssh.options(machine),
  variables: { common_operator_networks: world.settings.config.operatorNetworks, ...variables },
})

const lbVariables = ({ settings }: RunWorld, { ipv4, ipv6, privateIpv4 }: FleetServer): Variables => ({
  lb_operator_networks: settings.config.operatorNetworks,
  lb_public_ipv4: ipv4,
  lb_public_ipv6: ipv6 ?? '',
  lb_private_ipv4: privateIpv4,
})

const nameserverVariables = async (world: RunWorld) => {
  const [zones, lbs] = await Promise.all([writeZones(world), listLbs(world)])
  const lbAddresses = lbs.flatMap((lb) => lb.privateIpv4 ?? [])
  return ({ settings }: RunWorld, { pair, ipv4, ipv6, privateIpv4, generation }: FleetServer): Variables => ({
    nameserver_identity: identityOf(pair, generation),
    nameserver_zones: zones,
    nameserver_dns_clients: [...lbAddresses, ...settings.config.operatorNetworks],
    nameserver_public_ipv4: ipv4,
    nameserver_public_ipv6: ipv6 ?? '',
    nameserver_private_ipv4: privateIpv4,
  })
}

/** The compiled zones, kept beside the report: what was deployed can be read there. */
const writeZones = async (world: RunWorld): Promise<readonly { origin: string; file: string }[]> => {
  const folder = path.join(world.events.directory, 'zones')
  await mkdir(folder, { recursive: true })
  const zones = await compileArtefact(world, world.generation)
  return Promise.all(
    zones.map(async ({ origin, text }) => {
      const name = origin.replace(/\.$/, '')
      const file = path.join(folder, `${name}.zone`)
      await writeFile(file, text)
      return { origin: name, file }
    }),
  )
}
