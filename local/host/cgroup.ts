import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { signal } from './process.ts'

/** Where a cgroup of this name can be: one place on a v2 host, several on a v1 or hybrid one (`cpuset` takes no process unprepared). */
const cgroupParents = ['', 'systemd', 'unified', 'memory', 'pids', 'cpuacct'].map((part) =>
  path.join('/sys/fs/cgroup', part),
)

const processesBelow = async (directory: string): Promise<number[]> => {
  const own = await readFile(path.join(directory, 'cgroup.procs'), 'utf8').catch(() => '')
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => processesBelow(path.join(directory, entry.name)))
  return [...own.split('\n').filter(Boolean).map(Number), ...(await Promise.all(below)).flat()]
}

/** Every process of a cgroup and those below it. */
export const cgroupProcesses = async (name: string): Promise<readonly number[]> => {
  const found = await Promise.all(cgroupParents.map((parent) => processesBelow(path.join(parent, name))))
  // 0 stands for a process of a pid namespace we cannot see
  return [...new Set(found.flat())].filter((pid) => pid > 1)
}

/** Names of all cgroups directly under the roots that begin with `prefix`. */
export const findCgroups = async (prefix: string): Promise<readonly string[]> => {
  const found = await Promise.all(cgroupParents.map((parent) => readdir(parent).catch(() => [])))
  return [...new Set(found.flat())].filter((name) => name.startsWith(prefix)).sort()
}

export const killCgroup = async (name: string): Promise<void> => {
  for (const pid of await cgroupProcesses(name)) signal(pid, 'SIGKILL')
}

/** Shell text: removes the (empty) cgroup, deepest directories first. */
export const removeCgroup = (name: string): string =>
  `for parent in ${cgroupParents.join(' ')}; do
[ ! -d "$parent/${name}" ] || find "$parent/${name}" -depth -type d -exec rmdir {} + 2>/dev/null || true
done`
