import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { waitFor } from '../../../lib/clock.ts'
import { cgroupProcesses, findCgroups, killCgroup } from '../../host/cgroup.ts'
import { runOrFail, runShell } from '../../host/run.ts'
import type { TwinLayout } from '../../layout.ts'
import { idsAmong, machineName, machinePrefix } from '../machine.ts'
import { privateLink, publicLink } from '../network.ts'
import { createBoxes } from './boxes.ts'
import type { Driver, DriverOptions } from './driver.ts'
import { guestEnvironment } from './guest-environment.ts'
import { lxcBox } from './lxc-box.ts'
import { lxcVagrantfile } from './lxc-vagrantfile.ts'
import { type VagrantPlaces, vagrantFiles } from './places.ts'
import { runInSandbox, type SandboxOptions } from './sandbox.ts'

/** Containers of lxc below the twin's own directory, with the plugin vagrant-lxc. */
export const createLxcDriver = ({ layout, places, box, clock }: DriverOptions): Driver => {
  const { containers, lxcSettings } = places
  const nameOf = (id: number): string => machineName(layout, id)
  const sandbox: SandboxOptions = { layout, places, mounts: `mount --bind ${lxcSettings} /etc/lxc` }

  const boxes = createBoxes({ sandbox, provider: 'lxc', own: lxcBox, box })

  const isRunning = async (id: number): Promise<boolean> => (await cgroupProcesses(nameOf(id))).length > 0

  return {
    provider: 'lxc',
    sandbox,
    isRunning,
    prepare: () => layFiles(places),
    prepareBox: boxes.prepare,
    vagrantfile: async (machine) => lxcVagrantfile(layout, machine, await boxes.prepare()),
    powerOn: async (id) => {
      const { bootLog } = vagrantFiles(places, id)
      await runInSandbox(sandbox, ['lxc-start', '--daemon', `--name=${nameOf(id)}`, `--logfile=${bootLog}`])
    },
    askToPowerOff: async (id) => {
      // one that has ended by itself meanwhile is no failure
      await runInSandbox(sandbox, ['lxc-stop', `--name=${nameOf(id)}`, '--nowait']).catch(() => {})
    },
    cutPower: async (id) => {
      // without power there is no farewell; the kernel would end the connections of processes that are killed
      await runShell(unplugText(layout, id))
      await waitFor(
        `machine ${id} is off`,
        async () => {
          await killCgroup(nameOf(id))
          return (await isRunning(id)) ? { seen: 'processes are left' } : { done: true }
        },
        { clock, everyMs: 20, timeoutMs: 20_000 },
      )
      await runShell(removeCgroupText(nameOf(id)))
    },
    sweep: (id) => rm(path.join(containers, nameOf(id)), { recursive: true, force: true }),
    findIds: async () => {
      const kept = await readdir(containers).catch(() => [])
      return idsAmong(layout, [...kept, ...(await findCgroups(machinePrefix(layout)))])
    },
    run: (id, text) => runInSandbox(sandbox, attachCommand(nameOf(id)), { input: text }),
  }
}

const layFiles = async ({ lock, containers, lxcSettings }: VagrantPlaces): Promise<void> => {
  await runOrFail([
    'flock',
    lock,
    'sh',
    '-ec',
    `umask 077
mkdir -p ${containers} ${lxcSettings}
echo 'lxc.lxcpath = ${containers}' >${lxcSettings}/lxc.conf
: >${lxcSettings}/default.conf`,
  ])
}

const attachCommand = (name: string): readonly string[] => [
  'lxc-attach',
  `--name=${name}`,
  '--clear-env',
  ...guestEnvironment.map((variable) => `--set-var=${variable}`),
  '--',
  'sh',
  '-es',
]

const unplugText = (layout: TwinLayout, id: number): string =>
  [publicLink(id), privateLink(id)]
    .map((link) => `ip -n ${layout.namespace} link del ${link} 2>/dev/null || true`)
    .join('\n')

/** Shell text: lxc leaves a directory in every hierarchy of cgroups. */
const removeCgroupText = (name: string): string =>
  `for parent in /sys/fs/cgroup /sys/fs/cgroup/*; do
[ ! -d "$parent/${name}" ] || find "$parent/${name}" -depth -type d -exec rmdir {} + 2>/dev/null || true
done`
