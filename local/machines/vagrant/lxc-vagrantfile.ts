import type { TwinLayout } from '../../twin/layout.ts'
import type { VirtualMachine } from '../hypervisor.ts'
import { lansOf } from '../lans.ts'
import type { Box } from './driver.ts'
import { ruby, vagrantfileText } from './vagrantfile.ts'

/**
 * The cards get no address here. They are named for lxc, not with Vagrant's `private_network`: the plugin's way to make one
 * does not work with any lxc since version 4.
 */
export const lxcVagrantfile = (layout: TwinLayout, machine: VirtualMachine, box: Box): string => {
  const { publicBridge, privateBridge } = lansOf(layout)
  return vagrantfileText({
    name: machine.name,
    provider: 'lxc',
    box,
    ready: ['lxc-attach', `--name=${machine.name}`, '--', 'true'],
    bootTimeoutSeconds: 120,
    config: [],
    machine: [
      'machine.container_name = :machine',
      // that is, without sudo: we are root
      'machine.privileged = false',
      // /tmp is the machine's own, as elsewhere
      "machine.tmpfs_mount_size = ''",
      // never used, but looked for, half a minute long
      "machine.ssh_ip_addr = '127.0.0.1'",
      `machine.customize 'cgroup.dir', ${ruby(machine.name)}`,
      "machine.customize 'net', ''",
      ...card(0, 'eth0', publicBridge, machine.publicMac),
      ...card(1, 'eth1', privateBridge, machine.privateMac),
    ],
  })
}

const card = (index: number, name: string, bridge: string, mac: string): readonly string[] =>
  Object.entries({ type: 'veth', link: bridge, hwaddr: mac, name, flags: 'up' }).map(
    ([key, value]) => `machine.customize 'net.${index}.${key}', ${ruby(value)}`,
  )
