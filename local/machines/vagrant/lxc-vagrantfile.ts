import type { TwinLayout } from '../../layout.ts'
import { lansOf } from '../lans.ts'
import { privateLink, publicLink } from '../network.ts'
import type { VirtualMachine } from '../virtual/hypervisor.ts'
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
      ...card(0, { name: 'eth0', hwaddr: machine.publicMac, link: publicBridge, outside: publicLink(machine.id) }),
      ...card(1, { name: 'eth1', hwaddr: machine.privateMac, link: privateBridge, outside: privateLink(machine.id) }),
    ],
  })
}

interface Card {
  readonly name: string
  readonly hwaddr: string
  readonly link: string
  /** Name of its end on the bridge. */
  readonly outside: string
}

const card = (index: number, { outside, ...settings }: Card): readonly string[] =>
  Object.entries({ type: 'veth', ...settings, 'veth.pair': outside, flags: 'up' }).map(
    ([key, value]) => `machine.customize 'net.${index}.${key}', ${ruby(value)}`,
  )
