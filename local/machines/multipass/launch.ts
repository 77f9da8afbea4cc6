import type { Lans } from '../lans.ts'
import type { VirtualMachine } from '../virtual/hypervisor.ts'

/**
 * What the roles are written for: Debian's own image for clouds, with cloud-init. Multipass's names are all of Ubuntu, so it is
 * given by its address (https://cloud.debian.org/images/cloud/). Fetched once, then it is in Multipass's own store.
 */
export const debianImage = (arch: string): string =>
  `https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-${arch === 'arm64' ? 'arm64' : 'amd64'}.qcow2`

/** Of boot and cloud-init together: minutes where the processor does not help, and the image may have to be fetched. */
export const launchTimeoutSeconds = 900

/**
 * User data of the hypervisor itself. Multipass leaves its own seed in the machine as a disk called `cidata`, and cloud-init
 * lets the user data on such a disk go before those in a directory, where the cloud's are (DataSourceNoCloud.py). So from the
 * end of this first boot on the disk is not looked for.
 */
export const firstUserData = `#cloud-config
write_files:
  - path: /etc/cloud/cloud.cfg.d/98-multipass.cfg
    content: |
      datasource: { NoCloud: { fs_label: null } }
`

export interface Launch {
  readonly machine: VirtualMachine
  readonly lans: Lans
  /** A name of `multipass find`, or an address (`https://…`, `file:///…`). */
  readonly image: string
}

/** Arguments of Multipass that make and boot a machine; it reads `firstUserData` from its input: a snap may not read our files. */
export const launchCommand = ({ machine, lans, image }: Launch): readonly string[] => [
  'launch',
  '--name',
  machine.name,
  '--cpus',
  '1',
  '--memory',
  '512M',
  '--disk',
  '4G',
  '--timeout',
  String(launchTimeoutSeconds),
  '--network',
  card(lans.publicBridge, machine.publicMac),
  '--network',
  card(lans.privateBridge, machine.privateMac),
  '--cloud-init',
  '-',
  image,
]

/** Manual: nothing inside gives it an address but ours. */
const card = (bridge: string, mac: string): string => `name=${bridge},mode=manual,mac=${mac}`
