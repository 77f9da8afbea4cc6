import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { layoutOf } from '../../../../local/layout.ts'
import { libvirtVagrantfile } from '../../../../local/machines/vagrant/libvirt-vagrantfile.ts'
import { lxcVagrantfile } from '../../../../local/machines/vagrant/lxc-vagrantfile.ts'
import { vagrantPlaces } from '../../../../local/machines/vagrant/places.ts'
import { ruby } from '../../../../local/machines/vagrant/vagrantfile.ts'

const test = suite('local/machines/vagrant/vagrantfile')

const layout = layoutOf('/state', 7, '/cache')

const machine = {
  id: 42,
  name: `${layout.namespace}-m42`,
  publicMac: '96:00:00:00:00:01',
  privateMac: '8a:00:00:00:00:01',
}

/** What is said about the machine, without what is the same in every Vagrantfile. */
const settingsOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(config\.vm\.(box|network|define)|machine\.)/.test(line))

test('of lxc has two cards without addresses, and replaces what an earlier start wrote', () => {
  assert.equal(settingsOf(lxcVagrantfile(layout, machine, { name: 'debian' })), [
    "config.vm.box = 'debian'",
    `config.vm.define '${machine.name}'`,
    'config.vm.box_check_update = false',
    'machine.container_name = :machine',
    'machine.privileged = false',
    "machine.tmpfs_mount_size = ''",
    "machine.ssh_ip_addr = '127.0.0.1'",
    `machine.customize 'cgroup.dir', '${machine.name}'`,
    "machine.customize 'net', ''",
    "machine.customize 'net.0.type', 'veth'",
    "machine.customize 'net.0.name', 'eth0'",
    "machine.customize 'net.0.hwaddr', '96:00:00:00:00:01'",
    `machine.customize 'net.0.link', '${layout.namespace}-p'`,
    "machine.customize 'net.0.veth.pair', 'p42'",
    "machine.customize 'net.0.flags', 'up'",
    "machine.customize 'net.1.type', 'veth'",
    "machine.customize 'net.1.name', 'eth1'",
    "machine.customize 'net.1.hwaddr', '8a:00:00:00:00:01'",
    `machine.customize 'net.1.link', '${layout.namespace}-v'`,
    "machine.customize 'net.1.veth.pair', 'v42'",
    "machine.customize 'net.1.flags', 'up'",
  ])
})

const libvirt = (accelerator: 'kvm' | 'qemu'): readonly string[] =>
  settingsOf(
    libvirtVagrantfile({
      layout,
      places: vagrantPlaces(layout, 'libvirt'),
      machine,
      box: { name: 'debian/bookworm64', version: '12.1' },
      accelerator,
    }),
  )

test('of libvirt has two cards on the bridges and none for management', () => {
  assert.equal(libvirt('qemu'), [
    "config.vm.box = 'debian/bookworm64'",
    "config.vm.box_version = '12.1'",
    `config.vm.define '${machine.name}'`,
    'config.vm.box_check_update = false',
    `config.vm.network :public_network, type: 'bridge', mode: 'bridge', dev: '${layout.namespace}-p', mac: '96:00:00:00:00:01', auto_config: false`,
    `config.vm.network :public_network, type: 'bridge', mode: 'bridge', dev: '${layout.namespace}-v', mac: '8a:00:00:00:00:01', auto_config: false`,
    "machine.default_prefix = ''",
    "machine.title = ''",
    'machine.mgmt_attach = false',
    'machine.qemu_use_agent = true',
    'machine.memory = 512',
    'machine.cpus = 2',
    "machine.machine_type = 'q35'",
    "machine.driver = 'qemu'",
    "machine.cpu_mode = 'custom'",
    "machine.cpu_model = 'qemu64'",
    `machine.features = ['acpi', "tcg><tb-cache unit='MiB'>128</tb-cache></tcg><apic"]`,
    'machine.nested = false',
    "machine.graphics_type = 'none'",
    'machine.memballoon_enabled = false',
    "machine.usb_controller model: 'none'",
    "machine.random model: 'random'",
    "machine.serial type: 'file', source: { path: '/state/vagrant/libvirt/machines/42/console.log' }",
  ])
})

test('of libvirt has the processor of this computer where it helps', () => {
  const emulated = libvirt('qemu')
  assert.equal(
    libvirt('kvm').filter((line) => !emulated.includes(line)),
    ["machine.driver = 'kvm'", "machine.cpu_mode = 'host-passthrough'"],
  )
})

test('quotes what Ruby would understand', () => {
  assert.is(ruby("it's #{a} \\"), "'it\\'s #{a} \\\\'")
})

test.run()
