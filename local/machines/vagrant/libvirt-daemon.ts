import { markOf } from './orphans.ts'
import type { VagrantPlaces } from './places.ts'

const binds = { etc: '/etc/libvirt', var: '/var' } as const

/**
 * Shell text: what libvirt keeps in `/etc` and `/var` becomes the twin's own. The directories libvirt wants may be missing on
 * this computer, so `/var` is covered as a whole; what is kept below it shows through. And before it reads that it shall not,
 * libvirtd looks for a user that another package makes.
 */
export const libvirtMounts = ({ libvirt }: VagrantPlaces, kept: readonly string[]): string =>
  `mkdir -p ${libvirt}/etc ${libvirt}/var/tmp ${libvirt}/var/lib/libvirt/images ${libvirt}/var/cache/libvirt ${libvirt}/var/log/libvirt /run/var
ln -sfnT /run ${libvirt}/var/run
mount --bind ${libvirt}/etc ${binds.etc}
mount --rbind /var /run/var
mount --bind ${libvirt}/var ${binds.var}
for directory in ${kept.join(' ')}; do
case $directory in /var/*) mkdir -p $directory; mount --rbind /run$directory $directory ;; esac
done
umount -l /run/var
user() { getent $1 libvirt-qemu >/dev/null || [ -e /run/$1 ] || { { cat /etc/$1; echo "$2"; } >/run/$1.$$; mv /run/$1.$$ /run/$1; }; }
user passwd libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin
user group libvirt-qemu:x:64055:
for table in passwd group; do [ ! -e /run/$table ] || mount --bind /run/$table /etc/$table; done`

const daemonSettings = `auth_unix_rw = "none"
unix_sock_rw_perms = "0700"
`

/** Virtual machines run as root, as everything of the twin does, and without cgroups and namespaces around them. */
const qemuSettings = `user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
stdio_handler = "file"
`

const pool = `<pool type="dir"><name>default</name><target><path>/var/lib/libvirt/images</path></target></pool>`

/**
 * Shell text for the sandbox: starts the twin's libvirtd unless it runs. One that was killed has left its machines running and
 * finds them again.
 */
export const startDaemonText = ({ directory }: VagrantPlaces): string =>
  `! virsh -q version >/dev/null 2>&1 || exit 0
printf '${escaped(daemonSettings)}' >/etc/libvirt/libvirtd.conf
printf '${escaped(qemuSettings)}' >/etc/libvirt/qemu.conf
env '${markOf(directory)}' libvirtd --daemon
for try in $(seq 100); do
! virsh -q version >/dev/null 2>&1 || break
sleep 0.1
done
virsh -q version >/dev/null || { tail -n 3 /var/log/libvirt/libvirtd.log >&2; exit 1; }
if ! virsh -q pool-info default >/dev/null 2>&1; then
printf '${pool}' >/run/pool.xml
virsh -q pool-define /run/pool.xml
virsh -q pool-autostart default
virsh -q pool-start default
fi`

const escaped = (text: string): string => text.replaceAll('\n', '\\n')
