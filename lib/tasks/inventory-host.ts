import type { InventoryHost, Variables } from '../ansible/inventory.ts'
import type { SshHost } from '../ssh/ssh.ts'
import type { World } from './world.ts'

/** A machine as a playbook is given it. */
export const inventoryHost = async (world: World, machine: SshHost, variables: Variables): Promise<InventoryHost> => ({
  name: machine.name,
  address: machine.ipv4,
  sshOptions: await world.ssh.options(machine),
  variables: {
    // the play is for that machine, whatever a setting or a play says: on this computer it would change this computer
    ansible_connection: 'ssh',
    common_operator_networks: world.settings.config.operatorNetworks,
    ...variables,
  },
})
