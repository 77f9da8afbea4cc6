import type { Program } from '../../host/programs.ts'

/** `virtualbox` would be a third driver beside `lxc.ts` and `libvirt.ts`. */
export const vagrantProviders = ['lxc', 'libvirt'] as const

export type VagrantProvider = (typeof vagrantProviders)[number]

export const isProvider = (name: string): name is VagrantProvider => vagrantProviders.some((one) => one === name)

const always: readonly Program[] = [
  ['flock', 'util-linux'],
  ['mmdebstrap', 'mmdebstrap'],
  ['nsenter', 'util-linux'],
  ['unshare', 'util-linux'],
  ['vagrant', 'vagrant'],
]

const pluginOf = (provider: VagrantProvider): Program => [
  `/usr/share/rubygems-integration/all/specifications/vagrant-${provider}-*.gemspec`,
  `vagrant-${provider}`,
]

/** What Vagrant and its machines need on this computer; of libvirt the programs only, not the service. */
export const vagrantPrograms: Readonly<Record<VagrantProvider, readonly Program[]>> = {
  lxc: [...always, pluginOf('lxc'), ['lxc-start', 'lxc'], ['tar', 'tar'], ['gzip', 'gzip']],
  libvirt: [
    ...always,
    pluginOf('libvirt'),
    ['libvirtd', 'libvirt-daemon'],
    ['/usr/lib/*/libvirt/connection-driver/libvirt_driver_qemu.so', 'libvirt-daemon-driver-qemu'],
    ['virsh', 'libvirt-clients'],
    ['mkfs.ext4', 'e2fsprogs'],
    ['qemu-img', 'qemu-utils'],
    ['qemu-system-x86_64', 'qemu-system-x86'],
  ],
}
