import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { cgroupProcesses, findCgroups } from '../host/cgroup.ts'
import { findNamespaces } from '../host/namespaces.ts'
import type { TwinLayout } from '../layout.ts'
import { backendRows } from '../machines/backends.ts'
import { findMarked } from '../machines/vagrant/orphans.ts'
import { isAptCache } from './apt-cache.ts'
import { isCloud } from './cloud.ts'
import { isInternet } from './internet.ts'
import { findProcesses } from './processes.ts'
import { leftLinks } from './road.ts'

/** Everything of a twin that is still on this computer, a line each; empty when it is gone. Its caches do not count. */
export const findLeftovers = async (layout: TwinLayout): Promise<readonly string[]> => {
  const found = await Promise.all([
    leftProcesses(layout),
    findNamespaces(layout.namespace).then((names) => names.map((name) => `network namespace ${name}`)),
    findCgroups(layout.namespace).then((names) => names.map((name) => `cgroup ${name}`)),
    leftMounts(layout),
    leftLinks(layout).then((names) => names.map((name) => `network link ${name}`)),
    leftFiles(layout).then((files) => files.map((file) => `file ${file}`)),
  ])
  return found.flat()
}

const isSupervisor =
  (layout: TwinLayout) =>
  (argv: readonly string[]): boolean =>
    argv[1]?.endsWith('/supervise.sh') === true && argv[2]?.startsWith(`${layout.stateDir}/`) === true

const leftProcesses = async (layout: TwinLayout): Promise<readonly string[]> => {
  const ours = [isCloud(layout), isInternet(layout), isAptCache(layout), isSupervisor(layout)]
  const named = await findProcesses((argv) => ours.some((recognise) => recognise(argv)))
  const inside = await Promise.all((await findCgroups(layout.namespace)).map(cgroupProcesses))
  const marked = await findMarked(layout.stateDir)
  return [...new Set([...named, ...inside.flat(), ...marked])].map((pid) => `process ${pid}`)
}

const leftMounts = async (layout: TwinLayout): Promise<readonly string[]> => {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').map((line) => line.split(' ')[4] ?? '')
  return mounts.filter((mount) => mount.startsWith(`${layout.stateDir}/`)).map((mount) => `mount ${mount}`)
}

const folders = backendRows.flatMap(({ folder }) => folder ?? [])

const made =
  /^(machines|snapshots|apt-cache|cloud\..*|internet|internet\.json(\.new)?|network\.lock|twin\.env(\.new)?|twin\.json(\.new)?|id_ed25519(\.pub)?)$/

/** What a twin writes into its state directory; anything else there is somebody else's. */
export const leftFiles = async (layout: TwinLayout): Promise<readonly string[]> =>
  (await readdir(layout.stateDir).catch(() => []))
    .filter((name) => made.test(name) || folders.includes(name))
    .map((name) => path.join(layout.stateDir, name))
