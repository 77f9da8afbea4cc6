import { runOrFail } from '../../host/run.ts'
import type { TwinLayout } from '../../layout.ts'
import type { VagrantPlaces } from './places.ts'

/**
 * Shell text: `/run` becomes the twin's own, so that neither sockets nor locks meet those of this computer or of another
 * twin, and `/sys` shows the network of the twin's namespace, where lxc and libvirt look for bridges. The cgroups, which a
 * new `/sys` lacks, are carried over.
 */
const viewText = (run: string): string =>
  `mkdir -p ${run}/cgroup
mount --bind ${run} /run
mount --rbind /sys/fs/cgroup /run/cgroup
mount -t sysfs sysfs /sys
mount --rbind /run/cgroup /sys/fs/cgroup
umount -l /run/cgroup`

export const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export interface SandboxOptions {
  readonly layout: TwinLayout
  readonly places: VagrantPlaces
  /** Shell text that mounts what one provider wants elsewhere than usual. */
  readonly mounts: string
}

/**
 * Arguments that run a command in the twin's network namespace and in a mount namespace of its own, with a clean environment.
 * `ip netns exec` would hide the cgroups.
 */
const sandboxCommand = ({ layout, places, mounts }: SandboxOptions, command: readonly string[]): readonly string[] => {
  const environment = [
    `PATH=${searchPath}`,
    `HOME=${places.home}`,
    'LC_ALL=C.UTF-8',
    `VAGRANT_HOME=${places.home}`,
    'VAGRANT_CHECKPOINT_DISABLE=1',
  ]
  const namespaces = ['nsenter', `--net=/run/netns/${layout.namespace}`, 'unshare', '--mount', '--propagation=slave']
  const lay = `cd /\n${viewText(places.run)}\n${mounts}\nexec "$@"`
  return ['env', '-i', ...environment, ...namespaces, 'sh', '-ec', lay, 'sh', ...command]
}

export const runInSandbox = (
  options: SandboxOptions,
  command: readonly string[],
  given: { readonly input?: string } = {},
): Promise<string> => runOrFail(sandboxCommand(options, command), given)
