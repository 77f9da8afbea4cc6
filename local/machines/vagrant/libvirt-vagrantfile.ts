import path from 'node:path'
import type { TwinLayout } from '../../layout.ts'
import { lansOf } from '../lans.ts'
import type { VirtualMachine } from '../virtual/hypervisor.ts'
import type { Accelerator } from './accelerator.ts'
import type { Box } from './driver.ts'
import { type VagrantPlaces, vagrantFiles } from './places.ts'
import { ruby, vagrantfileText } from './vagrantfile.ts'

export interface LibvirtMachine {
  readonly layout: TwinLayout
  readonly places: VagrantPlaces
  readonly machine: VirtualMachine
  readonly box: Box
  readonly accelerator: Accelerator
}

/**
 * Two cards on the twin's bridges and none for management: commands go to the guest agent. vagrant-libvirt calls a card on a
 * bridge that is there a public network; its private networks are all networks of libvirt, which would make bridges of its own.
 */
export const libvirtVagrantfile = ({ layout, places, machine, box, accelerator }: LibvirtMachine): string => {
  const { publicBridge, privateBridge } = lansOf(layout)
  const console = path.join(vagrantFiles(places, machine.id).directory, 'console.log')
  return vagrantfileText({
    name: machine.name,
    provider: 'libvirt',
    box,
    ready: ['virsh', '-q', 'qemu-agent-command', '--timeout=5', machine.name, '{"execute":"guest-ping"}'],
    bootTimeoutSeconds: 600,
    config: [card(publicBridge, machine.publicMac), card(privateBridge, machine.privateMac)],
    machine: [
      "machine.default_prefix = ''",
      "machine.title = ''",
      'machine.mgmt_attach = false',
      'machine.qemu_use_agent = true',
      'machine.memory = 512',
      'machine.cpus = 2',
      "machine.machine_type = 'q35'",
      ...(accelerator === 'kvm' ? hardware : emulated),
      'machine.nested = false',
      "machine.graphics_type = 'none'",
      'machine.memballoon_enabled = false',
      "machine.usb_controller model: 'none'",
      "machine.random model: 'random'",
      `machine.serial type: 'file', source: { path: ${ruby(console)} }`,
    ],
  })
}

const card = (bridge: string, mac: string): string =>
  `config.vm.network :public_network, type: 'bridge', mode: 'bridge', dev: ${ruby(bridge)}, mac: ${ruby(mac)}, auto_config: false`

const hardware = ["machine.driver = 'kvm'", "machine.cpu_mode = 'host-passthrough'"]

/**
 * The translated code of a machine may fill a gigabyte unless told otherwise. The plugin has no setting for that, but writes
 * each name of a feature between `<` and `/>`.
 */
const emulated = [
  "machine.driver = 'qemu'",
  "machine.cpu_mode = 'custom'",
  "machine.cpu_model = 'qemu64'",
  `machine.features = ['acpi', "tcg><tb-cache unit='MiB'>128</tb-cache></tcg><apic"]`,
]
