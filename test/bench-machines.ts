/**
 * What the local twin costs, as ratios taken in one run: a first start against a later one, and four machines of each backend
 * that works here against plain `vagrant up` of four containers of the same box.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../lib/clock.ts'
import { duration } from '../lib/time.ts'
import { runShell } from '../local/host/run.ts'
import { type Backend, describeBackend, openBackend } from '../local/machines/backends.ts'
import { lansOf, raiseLans } from '../local/machines/lans.ts'
import { createLxcDriver } from '../local/machines/vagrant/lxc.ts'
import { vagrantPlaces } from '../local/machines/vagrant/places.ts'
import { runInSandbox } from '../local/machines/vagrant/sandbox.ts'
import { ruby } from '../local/machines/vagrant/vagrantfile.ts'
import { examineBackends } from '../local/twin/doctor.ts'
import { createHost, type Host } from './local/machines/contract/host.ts'
import { expectScript } from './scripts/command.ts'

const ids = [11, 12, 13, 14]
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

const withHost = async <T>(backend: Backend, work: (host: Host) => Promise<T>): Promise<T> => {
  const host = await createHost(backend, ids)
  try {
    const { layout } = host
    const { prepare } = await openBackend(layout, backend, systemClock)
    await prepare({ rebuild: false, report: say })
    return await work(host)
  } finally {
    await host.clean()
  }
}

/** Four machines at once, until each answers over ssh and cloud-init is done. */
const ours = (backend: Backend): Promise<number> =>
  withHost(backend, async (host) => {
    const machines = (await openBackend(host.layout, backend, systemClock)).machines
    return timed(() =>
      Promise.all(
        ids.map(async (id) => {
          await machines.create(await host.specOf(id))
          await machines.start(id)
          await host.untilReady(id)
        }),
      ),
    )
  })

const plainVagrantfile = (box: string, bridge: string): string => `class Attach < Vagrant.plugin('2', :communicator)
  def initialize(machine)
    @machine = machine
  end

  def ready?
    system('lxc-attach', "--name=#{@machine.id}", '--', 'true', out: File::NULL, err: File::NULL)
  end
end
Class.new(Vagrant.plugin('2')) do
  name 'attach'
  communicator('attach') { Attach }
end
Vagrant.configure('2') do |config|
  config.vm.box = ${ruby(box)}
  config.vm.box_check_update = false
  config.vm.communicator = :attach
  config.vm.guest = :linux
  config.vm.synced_folder '.', '/vagrant', disabled: true
  %w[ns1 ns2 lb1 lb2].each do |name|
    config.vm.define name do |one|
      one.vm.provider :lxc do |lxc|
        lxc.container_name = "${bridge}-#{name}"
        lxc.privileged = false
        lxc.ssh_ip_addr = '127.0.0.1'
        lxc.customize 'net', ''
        lxc.customize 'net.0.type', 'veth'
        lxc.customize 'net.0.link', ${ruby(bridge)}
        lxc.customize 'net.0.flags', 'up'
      end
    end
  end
end
`

/** One Vagrantfile as people write it, with neither addresses nor user data, until Vagrant says that all four are up. */
const plain = (backend: Backend): Promise<number> =>
  withHost(backend, async ({ layout }) => {
    await runShell(raiseLans(layout, 'vagrant'))
    const places = vagrantPlaces(layout, 'lxc')
    const driver = createLxcDriver({ layout, places, box: undefined, clock: systemClock })
    const directory = path.join(places.directory, 'plain')
    await mkdir(directory)
    const { name } = await driver.prepareBox()
    await writeFile(path.join(directory, 'Vagrantfile'), plainVagrantfile(name, lansOf(layout).publicBridge))
    const vagrant = (command: string): Promise<string> =>
      runInSandbox(driver.sandbox, ['sh', '-ec', `cd ${directory}; vagrant ${command} </dev/null`])
    try {
      return await timed(() => vagrant('up --provider=lxc'))
    } finally {
      await vagrant('destroy --force')
    }
  })

const startTwice = async (): Promise<string> => {
  const scratch = await mkdtemp(path.join(tmpdir(), 'bench-'))
  const state = ['--state', path.join(scratch, 'state')]
  const environment = { XDG_CACHE_HOME: path.join(scratch, 'cache') }
  try {
    const start = () => timed(() => expectScript(0, 'local-up', state, environment))
    const cold = await start()
    await expectScript(0, 'local-down', state, environment)
    const warm = await start()
    return `local-up cold / warm: ${(cold / warm).toFixed(1)} (${duration(cold)}, with making the image; ${duration(warm)})`
  } finally {
    await expectScript(0, 'local-down', state, environment)
    await rm(scratch, { recursive: true, force: true })
  }
}

say(await startTwice())

const working = (await examineBackends()).filter(({ isFine }) => isFine).map(({ backend }) => backend)
const lxc = working.find(({ provider }) => provider === 'lxc')
if (lxc === undefined) say('Vagrant with lxc does not work here: see local-up --doctor')
else {
  const floor = await plain(lxc)
  say(`\nfour machines, ready for ssh / plain \`vagrant up\` of four containers (${duration(floor)}):`)
  for (const backend of working) {
    const ms = await ours(backend)
    say(`  ${describeBackend(backend)}: ${(ms / floor).toFixed(2)} (${duration(ms)})`)
  }
}
