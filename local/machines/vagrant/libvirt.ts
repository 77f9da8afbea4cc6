import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { waitFor } from '../../../lib/clock.ts'
import { argumentsOf, signal } from '../../host/process.ts'
import { createTurns } from '../../host/turns.ts'
import { findProcesses } from '../../twin/processes.ts'
import { idsAmong, machineName } from '../machine.ts'
import { findAccelerator } from './accelerator.ts'
import { runByAgent } from './agent.ts'
import { createBoxes } from './boxes.ts'
import type { Driver, DriverOptions } from './driver.ts'
import { libvirtBox } from './libvirt-box.ts'
import { libvirtMounts, startDaemonText } from './libvirt-daemon.ts'
import { libvirtVagrantfile } from './libvirt-vagrantfile.ts'
import { runInSandbox, type SandboxOptions } from './sandbox.ts'

/** Virtual machines of QEMU with a libvirtd of the twin's own, with the plugin vagrant-libvirt. */
export const createLibvirtDriver = ({ layout, places, box, clock }: DriverOptions): Driver => {
  const nameOf = (id: number): string => machineName(layout, id)
  const sandbox: SandboxOptions = { layout, places, mounts: libvirtMounts(places, [layout.stateDir, layout.cacheDir]) }
  const boxes = createBoxes({ sandbox, provider: 'libvirt', own: libvirtBox, box })
  const state = path.join(places.libvirt, 'var/lib/libvirt')
  const domains = path.join(places.libvirt, 'etc/qemu')

  const inTurn = createTurns()

  const underLock = async (text: string): Promise<void> => {
    await runInSandbox(sandbox, ['flock', '--close', places.lock, 'sh', '-ec', text])
  }

  const prepare = (): Promise<void> => underLock(startDaemonText(places))

  const findMachines = (id: number): Promise<readonly number[]> =>
    findProcesses((argv) => argv.some((argument) => argument.startsWith(`guest=${nameOf(id)},`)))

  const virsh = (...args: readonly string[]): Promise<string> => runInSandbox(sandbox, ['virsh', '-q', ...args])

  return {
    provider: 'libvirt',
    sandbox,
    prepare,
    prepareBox: boxes.prepare,
    vagrantfile: (machine) =>
      inTurn(0, async () => {
        const chosen = await boxes.prepare()
        await underLock(layBoxText(places.boxes, chosen.name))
        const accelerator = await findAccelerator(places, chosen)
        return libvirtVagrantfile({ layout, places, machine, box: chosen, accelerator })
      }),
    isRunning: async (id) => (await findMachines(id)).length > 0,
    powerOn: async (id) => {
      // libvirtd may not have noticed yet that it was off
      const name = nameOf(id)
      const text = `for try in $(seq 100); do [ "$(virsh -q domstate ${name})" != 'shut off' ] || break; sleep 0.1; done\nvirsh -q start ${name}`
      await runInSandbox(sandbox, ['sh', '-ec', text])
    },
    askToPowerOff: async (id) => {
      await prepare()
      await virsh('shutdown', nameOf(id)).catch(() => {})
    },
    cutPower: async (id) => {
      const killAt = clock.now() + 5000
      await waitFor(
        `machine ${id} is off`,
        async () => {
          const pids = await findMachines(id)
          // asked to end, it writes what it has of the disk in memory
          for (const pid of pids) signal(pid, clock.now() > killAt ? 'SIGKILL' : 'SIGTERM')
          return pids.length === 0 ? { done: true } : { seen: 'its process is left' }
        },
        { clock, everyMs: 50, timeoutMs: 20_000 },
      )
    },
    sweep: async (id) => {
      const name = nameOf(id)
      const text = `virsh -q undefine ${name} || true\nvirsh -q vol-delete --pool default ${name}.img || true`
      await runInSandbox(sandbox, ['sh', '-ec', text]).catch(() => {})
      await rm(path.join(domains, `${name}.xml`), { force: true })
      await rm(path.join(state, 'images', `${name}.img`), { force: true })
    },
    findIds: async () => {
      const running = await Promise.all((await findProcesses(isQemu)).map(argumentsOf))
      const guests = running.flat().map((argument) => /^guest=([^,]+)/.exec(argument)?.[1] ?? '')
      const defined = await readdir(domains).catch(() => [])
      const disks = await readdir(path.join(state, 'images')).catch(() => [])
      return idsAmong(layout, [...guests, ...defined, ...disks])
    },
    run: async (id, text) => {
      await prepare()
      return runByAgent((command) => virsh('qemu-agent-command', '--timeout=60', nameOf(id), command), text, clock)
    },
  }
}

const isQemu = (argv: readonly string[]): boolean => argv.some((argument) => argument.startsWith('guest='))

/**
 * Shell text: puts the disk of a box where Vagrant would copy it to, under the name it would have there, since two Vagrants at
 * once copy it twice. A box of another form is left to Vagrant.
 */
const layBoxText = (boxes: string, name: string): string =>
  `directory=$(ls -d ${boxes}/${name.replaceAll('/', '-VAGRANTSLASH-')}/*/libvirt | sort -V | tail -n 1)
version=$(basename "$(dirname "$directory")")
[ -e "$directory/box.img" ] || exit 0
[ "$version" != 0 ] || version=0_$(stat -c %Y "$directory/box.img")
volume=/var/lib/libvirt/images/${name.replaceAll('/', '-VAGRANTSLASH-')}_vagrant_box_image_\${version}_box.img
[ ! -e "$volume" ] || exit 0
ln "$directory/box.img" "$volume.new" 2>/dev/null || cp -p --reflink=auto "$directory/box.img" "$volume.new"
mv "$volume.new" "$volume"
virsh -q pool-refresh default`
