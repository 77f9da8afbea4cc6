import type { TwinLayout } from '../layout.ts'
import { bareAddress, firstAddressOf, ipv6PrefixOf, isIpv6, linkLocalOf } from './addresses.ts'
import { type Machine, machineName, type PluggedNic } from './machine.ts'

// Every function here returns shell text, for `sh -e`. All values put in are addresses, numbers or names of our own.

/** The next hop of every machine, as at Hetzner; each link of the twin carries it. */
export const gateway4 = '172.31.1.1'
export const gateway6 = 'fe80::1'

/** Hetzner's private networks carry 1450 bytes. */
export const privateMtu = 1450

export const publicLink = (id: number): string => `p${id}`
export const privateLink = (id: number): string => `v${id}`
const privateNamespace = (layout: TwinLayout, networkId: number): string => `${layout.namespace}-n${networkId}`

/** Sets sysctls of a network namespace; `ip netns exec` would do the same but remounts /sys each time. */
const sysctl = (namespace: string, ...settings: readonly string[]): string =>
  `nsenter --net=/run/netns/${namespace} sysctl -qw ${settings.join(' ')}`

/** Addresses are usable at once (no duplicate address detection), and nobody but us configures anything. */
const quietIpv6 = ['all', 'default'].flatMap((scope) => [
  `net.ipv6.conf.${scope}.accept_dad=0`,
  `net.ipv6.conf.${scope}.accept_ra=0`,
])

/** A namespace that forwards between its links and has no way out. */
export const routerNamespace = (namespace: string): string =>
  `if [ ! -e /run/netns/${namespace} ]; then
ip netns add ${namespace}
${sysctl(namespace, 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1', ...quietIpv6)}
ip -n ${namespace} link set lo up
fi`

/** Lays the machine's namespace with all its interfaces, from nothing, so that a reboot finds none of what the guest had set. */
export const plugMachine = (layout: TwinLayout, machine: Machine): string =>
  [
    unplugMachine(layout, machine.spec.id),
    `ip netns add ${machineName(layout, machine.spec.id)}`,
    sysctl(machineName(layout, machine.spec.id), ...quietIpv6),
    `ip -n ${machineName(layout, machine.spec.id)} link set lo up`,
    plugPublic(layout, machine),
    routeAddresses(layout, machine, machine.routed),
    ...machine.nics.map((nic) => plugPrivate(layout, machine.spec.id, nic)),
  ].join('\n')

const plugPublic = (layout: TwinLayout, { spec }: Machine): string => {
  if (spec.publicIpv4 === null && spec.publicIpv6 === null) return ''
  const twin = `ip -n ${layout.namespace}`
  const inside = `ip -n ${machineName(layout, spec.id)}`
  const link = publicLink(spec.id)
  const lines = [
    `${twin} link add ${link} type veth peer name eth0 address ${spec.mac} netns ${machineName(layout, spec.id)}`,
    `${twin} link set ${link} addrgenmode none`,
    `${twin} addr add ${gateway4}/32 dev ${link}`,
    `${twin} addr add ${gateway6}/64 dev ${link} nodad`,
    `${twin} link set ${link} up`,
    `${inside} link set eth0 addrgenmode eui64 up`,
  ]
  if (spec.publicIpv4 !== null) {
    lines.push(
      `${inside} addr add ${spec.publicIpv4}/32 dev eth0`,
      `${inside} route add ${gateway4} dev eth0 scope link`,
      `${inside} route add default via ${gateway4} dev eth0`,
      `${twin} route replace ${spec.publicIpv4}/32 dev ${link}`,
    )
  }
  if (spec.publicIpv6 !== null) {
    lines.push(
      `${inside} addr add ${spec.publicIpv6}/64 dev eth0 nodad`,
      `${inside} route add default via ${gateway6} dev eth0 onlink`,
      `${twin} route replace ${ipv6PrefixOf(spec.publicIpv6)} via ${linkLocalOf(spec.mac)} dev ${link} onlink`,
    )
  }
  return lines.join('\n')
}

/** The way to a further address of a machine: by its own, since it need not have the other configured to get its packets. */
const wayTo = ({ spec }: Pick<Machine, 'spec'>, address: string, link: string): string => {
  const own = isIpv6(address) ? linkLocalOf(spec.mac) : spec.publicIpv4
  return `${address} ${own === null ? '' : `via ${own} `}dev ${link}`
}

/** @param link of the twin's namespace, behind which the machine is */
export const routeAddresses = (
  layout: TwinLayout,
  machine: Pick<Machine, 'spec'>,
  addresses: readonly string[],
  link = publicLink(machine.spec.id),
): string =>
  addresses
    .map((address) => `ip -n ${layout.namespace} route replace ${wayTo(machine, address, link)} onlink`)
    .join('\n')

/** Takes addresses away from the machine; those that meanwhile lead to another machine stay there. */
export const unrouteAddresses = (
  layout: TwinLayout,
  machine: Pick<Machine, 'spec'>,
  addresses: readonly string[],
  link = publicLink(machine.spec.id),
): string =>
  addresses
    .map((address) => `ip -n ${layout.namespace} route del ${wayTo(machine, address, link)} 2>/dev/null || true`)
    .join('\n')

/** One interface into a private network, which is made if this is its first. Nothing happens if the interface is there. */
export const plugPrivate = (layout: TwinLayout, id: number, nic: PluggedNic): string => {
  const namespace = privateNamespace(layout, nic.networkId)
  const network = `ip -n ${namespace}`
  const inside = `ip -n ${machineName(layout, id)}`
  const link = privateLink(id)
  const gateway = firstAddressOf(nic.networkRange)
  const aliases = nic.aliases.map(
    (alias) => `${network} route replace ${bareAddress(alias)}/32 via ${nic.address} dev ${link} onlink`,
  )
  return `${routerNamespace(namespace)}
if ! ${inside} link show ${nic.device} >/dev/null 2>&1; then
${network} link add ${link} mtu ${privateMtu} type veth peer name ${nic.device} address ${nic.mac} mtu ${privateMtu} netns ${machineName(layout, id)}
${network} addr add ${gateway}/32 dev ${link}
${network} link set ${link} up
${inside} link set ${nic.device} up
${inside} addr add ${nic.address}/32 dev ${nic.device}
${inside} route add ${gateway} dev ${nic.device} scope link
${inside} route add ${nic.networkRange} via ${gateway} dev ${nic.device}
fi
${network} route replace ${nic.address}/32 dev ${link}
${aliases.join('\n')}`
}

export const unplugPrivate = (layout: TwinLayout, id: number, networkId: number): string =>
  `ip -n ${privateNamespace(layout, networkId)} link del ${privateLink(id)} 2>/dev/null || true
${removeEmptyNetworks(layout)}`

/**
 * Removes the machine's namespace. Its links go first and one by one: what a namespace takes along when it is deleted goes
 * some time later, and a link of the same name could not be made until then.
 */
export const unplugMachine = (layout: TwinLayout, id: number): string => {
  const name = machineName(layout, id)
  return `if [ -e /run/netns/${name} ]; then
for link in $(ip -n ${name} -o link show type veth | sed 's/^[0-9]*: //; s/[@:].*//'); do ip -n ${name} link del "$link"; done
ip netns del ${name}
fi
${removeEmptyNetworks(layout)}`
}

const removeEmptyNetworks = (layout: TwinLayout): string =>
  `for network in $(ls /run/netns | grep '^${layout.namespace}-n[0-9]*$' || true); do
ip -n "$network" -o link show type veth | grep -q . || ip netns del "$network"
done`
