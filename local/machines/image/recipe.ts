import { createHash } from 'node:crypto'
import type { DiskFile } from '../first-boot.ts'

/** What an image is made of. Equal recipes make equal images, so an image is named by its recipe. */
export interface ImageRecipe {
  readonly suite: string
  readonly packages: readonly string[]
  /** One-line apt sources. */
  readonly sources: readonly string[]
  /** Lines of apt configuration, for the making of the image and kept in it. */
  readonly aptOptions: readonly string[]
  readonly files: readonly DiskFile[]
  /** Run with the new root directory as `$1`, after the packages are in. */
  readonly finish: string
}

/** A small Debian server as clouds have it; what makes it a nameserver or an lb is the work of the roles. */
const packages = [
  'ca-certificates',
  'cloud-init',
  'curl',
  'dbus',
  'gpgv',
  'iproute2',
  'iputils-ping',
  'less',
  'nftables',
  'openssh-server',
  'procps',
  'python3',
  'python3-apt',
  'sudo',
  'systemd',
  'systemd-sysv',
  'systemd-timesyncd',
  'unattended-upgrades',
]

/** The modules of Debian's own list that mean something in a machine without a kernel, disks and boot loader of its own. */
const cloudConfig = `datasource_list: [ NoCloud ]
network: { config: disabled }
users: []
disable_root: false
locale: false
ssh_genkeytypes: [ ed25519, ecdsa ]
cloud_init_modules: [ seed_random, bootcmd, write-files, set_hostname, update_hostname, update_etc_hosts, ca-certs, users-groups, ssh ]
cloud_config_modules: [ ssh-import-id, set-passwords, apt-configure, timezone, runcmd ]
cloud_final_modules:
  [ package-update-upgrade-install, write-files-deferred, scripts-vendor, scripts-per-once, scripts-per-boot,
    scripts-per-instance, scripts-user, phone-home, final-message, power-state-change ]
`

/** Without keys of its own from cloud-init, a machine makes some; with them it must never serve others, not even at first. */
const sshdUnit = `[Unit]
After=cloud-init.service
[Service]
ExecStartPre=
ExecStartPre=/bin/sh -c 'ls /etc/ssh/ssh_host_*_key >/dev/null 2>&1 || ssh-keygen -A'
ExecStartPre=/usr/sbin/sshd -t
`

/** What makes a Debian a machine of the cloud; virtual machines of other people's boxes get them too. */
export const machineFiles: readonly DiskFile[] = [
  { path: 'etc/cloud/cloud.cfg.d/99-twin.cfg', text: cloudConfig, mode: 0o644 },
  { path: 'etc/systemd/system/ssh.service.d/host-keys.conf', text: sshdUnit, mode: 0o644 },
  {
    path: 'etc/ssh/sshd_config.d/10-twin.conf',
    text: 'PermitRootLogin prohibit-password\nPasswordAuthentication no\nUseDNS no\n',
    mode: 0o644,
  },
  {
    path: 'etc/systemd/journald.conf.d/twin.conf',
    text: '[Journal]\nSystemMaxUse=16M\n',
    mode: 0o644,
  },
  // there is no resolver to ask, and asking must not take long
  { path: 'etc/resolv.conf', text: 'options timeout:1 attempts:1\n', mode: 0o644 },
]

/** Work for later, for disks or for consoles: nothing a machine of the twin has. */
const masked = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'cloud-init-hotplugd.socket',
  'console-getty.service',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'getty.target',
  'systemd-pstore.service',
  'systemd-tmpfiles-clean.timer',
  'unattended-upgrades.service',
]

// mmdebstrap copies hostname and host keys from where it runs, and every clone would share them.
const finish = `set -e
chroot "$1" systemctl -q mask ${masked.join(' ')}
rm -f "$1"/etc/hostname "$1"/etc/ssh/ssh_host_* "$1"/var/lib/dbus/machine-id
: > "$1"/etc/machine-id
`

/**
 * @param sources one-line apt sources of Debian 12
 * @param aptOptions apt configuration the mirror needs, such as `Acquire::Check-Valid-Until "false";`
 */
export const debian12 = (sources: readonly string[], aptOptions: readonly string[]): ImageRecipe => ({
  suite: 'bookworm',
  packages,
  sources,
  aptOptions: ['Acquire::Languages "none";', ...aptOptions],
  files: machineFiles,
  finish,
})

export const imageName = (recipe: ImageRecipe): string =>
  `debian-12-${createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12)}`
