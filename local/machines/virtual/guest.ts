import type { TwinLayout } from '../../layout.ts'
import { isIpv6 } from '../addresses.ts'
import type { MachineSpec, PrivateNic } from '../backend.ts'
import { type DiskFile, firstBootFiles } from '../first-boot.ts'
import { machineFiles } from '../image/recipe.ts'
import { gateway4, gateway6, privateMtu } from '../network.ts'

// Shell text for the inside of a virtual machine, run as root. All values put in are addresses, numbers or names of our own.

const wiringFile = '/etc/twin/wiring.sh'

/** Of the second card, which is there before the machine is attached to a network and then takes the address the API gave it. */
export const privateMacOf = (spec: Pick<MachineSpec, 'mac'>): string => `8a${spec.mac.slice(2)}`

/** Nothing else may answer for these: the whole range of the twin is reached through its gateway, also on the same bridge. */
const twinRanges = ['198.18.0.0/15', '2001:2::/48']

/** Lower priority than the way out that a hypervisor gives its machines for itself. */
const lastMetric = 9000

/** Finds a card by its MAC address; the kernel names them in any order, and late. */
const findCard = `card() {
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    for link in /sys/class/net/*; do
      for mac in "$@"; do
        [ "$(cat "$link/address" 2>/dev/null)" != "$mac" ] || { echo "\${link##*/}"; return; }
      done
    done
    sleep 0.5
  done
  echo "there is no network card $*" >&2
  return 1
}`

const publicWiring = (spec: MachineSpec): string => {
  const addresses = [spec.publicIpv4, spec.publicIpv6].filter((address) => address !== null)
  if (addresses.length === 0) return ''
  const lines = addresses.map((address) => {
    const gateway = isIpv6(address) ? gateway6 : gateway4
    const ip = isIpv6(address) ? 'ip -6' : 'ip'
    const ways = [`default via ${gateway} dev "$dev" onlink metric ${lastMetric}`].concat(
      twinRanges
        .filter((range) => isIpv6(range) === isIpv6(address))
        .map((range) => `${range} via ${gateway} dev "$dev" onlink src ${address}`),
    )
    const assigned = isIpv6(address) ? `${address}/64 dev "$dev" nodad` : `${address}/32 dev "$dev"`
    return [`${ip} addr replace ${assigned}`, ...ways.map((way) => `${ip} route replace ${way}`)].join('\n')
  })
  return `dev=$(card ${spec.mac})
sysctl -qw "net.ipv6.conf.$dev.accept_ra=0" "net.ipv6.conf.$dev.accept_dad=0" || true
ip link set "$dev" addrgenmode eui64 up
${lines.join('\n')}`
}

const privateWiring = (spec: MachineSpec, nic: PrivateNic | undefined): string => {
  const factory = privateMacOf(spec)
  if (nic === undefined)
    return `dev=$(card ${factory} $(cat /etc/twin/private-mac 2>/dev/null || true))
ip addr flush dev "$dev"
ip link set "$dev" down`
  return `dev=$(card ${nic.mac} ${factory} $(cat /etc/twin/private-mac 2>/dev/null || true))
echo ${nic.mac} > /etc/twin/private-mac
if ! ip -o addr show dev "$dev" | grep -q ' ${nic.address}/32 '; then
  ip addr flush dev "$dev"
  ip link set "$dev" down
  ip link set "$dev" address ${nic.mac} mtu ${privateMtu}
  ip link set "$dev" up
  ip addr add ${nic.address}/32 dev "$dev"
fi
ip route replace ${nic.networkRange} dev "$dev" scope link src ${nic.address}`
}

/** Lays the machine's addresses and routes, now and at every later boot. Asked again, it disturbs nothing. */
export const wireGuest = (spec: MachineSpec, nic: PrivateNic | undefined): string => {
  const script = `#!/bin/sh
# Addresses and routes of this machine, as the emulated cloud gave them.
set -e
${findCard}
${publicWiring(spec)}
${privateWiring(spec, nic)}
`
  return `${layFiles([
    { path: wiringFile.slice(1), text: script, mode: 0o755 },
    { path: 'etc/systemd/system/twin-wiring.service', text: wiringUnit, mode: 0o644 },
  ])}
systemctl -q enable twin-wiring.service
${wiringFile}`
}

const wiringUnit = `[Unit]
Description=Addresses the emulated cloud gave this machine
Before=network.target ssh.service
Wants=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${wiringFile}
[Install]
WantedBy=multi-user.target
`

/** What a machine made of some box has already or must keep as it is. */
const isOfTheBox = ({ path }: DiskFile): boolean => path === 'etc/machine-id' || path === 'etc/resolv.conf'

/**
 * Has cloud-init do what it does at a first boot, with the user data of the cloud. It may have run before, with what the
 * hypervisor had for it, and it may be missing in a box of other people. User data that fails is no fault of the machine.
 */
export const bootGuestFirst = (layout: TwinLayout, spec: MachineSpec): string => {
  const files = [...machineFiles, ...firstBootFiles(layout, spec)].filter((file) => !isOfTheBox(file))
  return `${layFiles(files)}
hostname ${spec.name}
command -v cloud-init >/dev/null || { apt-get -qq update; DEBIAN_FRONTEND=noninteractive apt-get -qqy --no-install-recommends install cloud-init; } >&2
rm -f /etc/cloud/cloud-init.disabled
[ ! -e /var/lib/cloud/instance ] || cloud-init clean >&2
mkdir -p /run/cloud-init
rm -f /run/cloud-init/disabled
touch /run/cloud-init/enabled
for stage in 'init --local' init 'modules --mode=config' 'modules --mode=final'; do cloud-init $stage >&2 || true; done
systemctl daemon-reload
systemctl restart ssh.service`
}

const layFiles = (files: readonly DiskFile[]): string =>
  files
    .map(({ path, text, mode }) => {
      const directory = `/${path.split('/').slice(0, -1).join('/')}`
      return `mkdir -p ${directory}
printf %s '${Buffer.from(text).toString('base64')}' | base64 -d > /${path}.twin
chmod ${mode.toString(8)} /${path}.twin
mv /${path}.twin /${path}`
    })
    .join('\n')
