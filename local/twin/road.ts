import { mkdir, readdir } from 'node:fs/promises'
import { runShell } from '../host/run.ts'
import type { TwinLayout } from '../layout.ts'
import { removeRootLans, rootLinksOf } from '../machines/lans.ts'
import { routerNamespace } from '../machines/network.ts'
import { underLock } from '../machines/power.ts'
import { hasInternetLink, internetLinkText } from './internet-link.ts'
import { rangesOf } from './slots.ts'

// Functions that return strings return shell text, for `sh -e`.

/** Steady DNS traffic opens a flow a query: kept for minutes, as usual, they would fill the table of tracked connections. */
const shortFlows = 'net.netfilter.nf_conntrack_udp_timeout=3 net.netfilter.nf_conntrack_udp_timeout_stream=5'

/** Has the kernel load what tracks connections, without which those settings are not there; modprobe would need the real root. */
const trackFlows =
  'table inet track { chain track { type filter hook forward priority 0; ct state new; }; }; delete table inet track'

/** The twin's own namespace, in which all machines meet. It has no default route: nothing leads out. */
const twinNamespaceText = (layout: TwinLayout): string => `${routerNamespace(layout.namespace)}
nsenter --net=/run/netns/${layout.namespace} nft '${trackFlows}'
nsenter --net=/run/netns/${layout.namespace} sysctl -qw ${shortFlows}`

/**
 * The one link between the root namespace and the twin. `ip route add` refuses a range that has a route, so two twins that
 * start at the same moment cannot both get it.
 */
const roadText = ({
  namespace,
  ...layout
}: TwinLayout): string => `ip link add ${namespace} type veth peer name road netns ${namespace}
sysctl -qw net.ipv6.conf.${namespace}.accept_dad=0 net.ipv6.conf.${namespace}.accept_ra=0
ip -n ${namespace} addr add ${layout.gateway4} peer ${layout.hostAddress4} dev road
ip -n ${namespace} addr add ${layout.gateway6}/128 dev road nodad
ip -n ${namespace} link set road up
ip -n ${namespace} route add ${layout.hostAddress6}/128 dev road
ip addr add ${layout.hostAddress4} peer ${layout.gateway4} dev ${namespace}
ip addr add ${layout.hostAddress6}/128 dev ${namespace} nodad
ip link set ${namespace} up
ip route add ${layout.ipv4Pool} via ${layout.gateway4} dev ${namespace} src ${layout.hostAddress4}
ip route add ${layout.internetPool4} via ${layout.gateway4} dev ${namespace} src ${layout.hostAddress4}
ip route add ${layout.ipv6Pool} via ${layout.gateway6} dev ${namespace} onlink src ${layout.hostAddress6}
ip route add ${layout.internetPool6} via ${layout.gateway6} dev ${namespace} onlink src ${layout.hostAddress6}`

const removeRoadText = ({ namespace }: TwinLayout): string =>
  `ip link del ${namespace} 2>/dev/null || true
ip -n ${namespace} link del road 2>/dev/null || true`

/** Makes the twin's namespace and the road there, whatever is left of earlier ones; machines that run are not disturbed. */
export const raiseRoad = async (layout: TwinLayout): Promise<void> => {
  await mkdir(layout.stateDir, { recursive: true, mode: 0o700 })
  await underLock(layout, twinNamespaceText(layout))
  if (!(await hasRoad(layout))) await underLock(layout, `${removeRoadText(layout)}\n${roadText(layout)}`)
  if (!(await hasInternetLink(layout))) await underLock(layout, internetLinkText(layout))
}

export const removeRoad = async (layout: TwinLayout): Promise<void> => {
  await runShell(`${removeRoadText(layout)}
${removeRootLans(layout)}
for network in $(ls /run/netns 2>/dev/null | grep '^${layout.namespace}' || true); do ip netns del "$network"; done`)
}

/** Whether all ranges lead to this twin. Asked for one of IPv6 without `-6`, ip(8) says that there is none. */
export const hasRoad = async (layout: TwinLayout): Promise<boolean> => {
  const routes = rangesOf(layout).map(
    (range) => `ip ${range.includes(':') ? '-6' : '-4'} route show ${range} dev ${layout.namespace}`,
  )
  const shown = await Promise.all(routes.map((command) => runShell(`${command} 2>/dev/null || true`)))
  return shown.every((text) => text.trim() !== '')
}

/** Whether this twin has a road, complete or not. */
export const hasLink = async (layout: TwinLayout): Promise<boolean> =>
  (await leftLinks(layout)).includes(layout.namespace)

/** Everything of this twin among the links of the root namespace. */
export const leftLinks = async (layout: TwinLayout): Promise<readonly string[]> => {
  const links = await readdir('/sys/class/net')
  return [layout.namespace, ...rootLinksOf(layout)].filter((name) => links.includes(name))
}
