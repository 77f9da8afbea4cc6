import { runShell } from '../host/run.ts'
import type { TwinLayout } from '../layout.ts'
import { routerNamespace } from '../machines/network.ts'

/** Names of the link's two ends: in the twin's namespace, and in that of the little internet. */
const twinEnd = 'internet'
const internetEnd = 'twin'

/** Addresses the little internet answers on. */
const addressesOf = ({ internet }: TwinLayout): readonly string[] => {
  const { root, parents, registrar, resolver, bindResolver, behindResolver, plainResolver } = internet
  const servers = [root, ...parents, resolver, bindResolver, behindResolver, plainResolver]
  return [registrar.ipv4, ...servers.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6])]
}

const assign = (address: string, device: string): string =>
  address.includes(':') ? `addr add ${address}/64 dev ${device} nodad` : `addr add ${address}/24 dev ${device}`

/**
 * Shell text, for `sh -e`, that lays the little internet's namespace and its one link, whatever is left of an earlier one. It
 * has routes to the machines and to the end of the road, and no default route: nothing leads out.
 */
export const internetLinkText = (layout: TwinLayout): string => {
  const { namespace, nextHop } = layout.internet
  const twin = `ip -n ${layout.namespace}`
  const inside = `ip -n ${namespace}`
  return [
    routerNamespace(namespace),
    `${twin} link del ${twinEnd} 2>/dev/null || true`,
    `${inside} link del ${internetEnd} 2>/dev/null || true`,
    `${twin} link add ${twinEnd} type veth peer name ${internetEnd} netns ${namespace}`,
    `${twin} ${assign(nextHop.ipv4, twinEnd)}`,
    `${twin} ${assign(nextHop.ipv6, twinEnd)}`,
    ...addressesOf(layout).map((address) => `${inside} ${assign(address, internetEnd)}`),
    `${twin} link set ${twinEnd} up`,
    `${inside} link set ${internetEnd} up`,
    `${inside} route add ${layout.ipv4Pool} via ${nextHop.ipv4} dev ${internetEnd}`,
    // laid last: where it is, all is there
    `${inside} route add ${layout.ipv6Pool} via ${nextHop.ipv6} dev ${internetEnd}`,
  ].join('\n')
}

/** Whether the link is there, with all that belongs to it. */
export const hasInternetLink = async (layout: TwinLayout): Promise<boolean> => {
  const { namespace } = layout.internet
  const shown = await runShell(
    `ip -n ${layout.namespace} link show ${twinEnd} >/dev/null 2>&1 || exit 0
ip -6 -n ${namespace} route show ${layout.ipv6Pool} 2>/dev/null || true
ip -n ${namespace} -oneline address show dev ${internetEnd} 2>/dev/null || true`,
  )
  // one that was laid by an earlier version may lack some of the addresses
  return [layout.ipv6Pool, ...addressesOf(layout).map((address) => ` ${address}/`)].every((one) => shown.includes(one))
}
