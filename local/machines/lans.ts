import type { TwinLayout } from '../layout.ts'
import { gateway4, gateway6 } from './network.ts'
import type { Hypervisor } from './virtual/hypervisor.ts'

/** The two bridges virtual machines are plugged into. */
export interface Lans {
  /** Also the name of the twin's own link on it, which carries the machines' gateway. */
  readonly publicBridge: string
  readonly privateBridge: string
}

export const lansOf = (layout: TwinLayout): Lans => ({
  publicBridge: `${layout.namespace}-p`,
  privateBridge: `${layout.namespace}-v`,
})

/**
 * Of the machines' gateway. A bridge that was not given one takes the lowest of its ports, another whenever a machine comes or
 * goes, and what is on its way to it then is lost.
 */
const gatewayMac = '02:00:00:00:00:01'

/** The end in the root namespace of the link between the public bridge there and the twin. */
const uplinkOf = (layout: TwinLayout): string => `${layout.namespace}-u`

/** Links a twin may have in the root namespace besides its road. */
export const rootLinksOf = (layout: TwinLayout): readonly string[] => {
  const { publicBridge, privateBridge } = lansOf(layout)
  return [publicBridge, privateBridge, uplinkOf(layout)]
}

/**
 * Shell text: the bridges of a hypervisor's machines, and the machines' gateway on the public one. Vagrant runs in the twin's
 * namespace and finds them there. Multipass has one daemon for the whole computer, in the root namespace: there the bridges
 * have no address, so that nothing is reached through them but the twin.
 */
export const raiseLans = (layout: TwinLayout, kind: Hypervisor['kind']): string => {
  const { publicBridge, privateBridge } = lansOf(layout)
  const twin = `ip -n ${layout.namespace}`
  const lay =
    kind === 'vagrant'
      ? [`${twin} link add ${publicBridge} address ${gatewayMac} type bridge`, ...layBridge(twin, privateBridge)]
      : layInRoot(layout)
  return `if ! ${twin} link show ${publicBridge} >/dev/null 2>&1; then
${removeRootLans(layout)}
${twin} link del ${privateBridge} 2>/dev/null || true
${lay.join('\n')}
${twin} link set ${publicBridge} addrgenmode none
nsenter --net=/run/netns/${layout.namespace} sysctl -qw net.ipv4.conf.${publicBridge}.send_redirects=0 net.ipv4.conf.all.send_redirects=0
${twin} addr add ${gateway4}/32 dev ${publicBridge}
${twin} addr add ${gateway6}/64 dev ${publicBridge} nodad
${twin} link set ${publicBridge} up
fi`
}

const layBridge = (ip: string, name: string): readonly string[] => [
  `${ip} link add ${name} type bridge`,
  `${ip} link set ${name} up`,
]

const layInRoot = (layout: TwinLayout): readonly string[] => {
  const { publicBridge, privateBridge } = lansOf(layout)
  const uplink = uplinkOf(layout)
  return [
    ...[publicBridge, privateBridge].flatMap((name) => [
      `ip link add ${name} type bridge`,
      `sysctl -qw net.ipv6.conf.${name}.disable_ipv6=1`,
      `ip link set ${name} up`,
    ]),
    `ip link add ${uplink} type veth peer name ${publicBridge} netns ${layout.namespace}`,
    `sysctl -qw net.ipv6.conf.${uplink}.disable_ipv6=1`,
    `ip link set ${uplink} master ${publicBridge} up`,
  ]
}

/** Shell text: takes away what `raiseLans` laid outside the twin's namespace. */
export const removeRootLans = (layout: TwinLayout): string =>
  rootLinksOf(layout)
    .map((name) => `ip link del ${name} 2>/dev/null || true`)
    .join('\n')
