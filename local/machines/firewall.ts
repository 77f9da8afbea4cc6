import type { TwinLayout } from '../layout.ts'
import { isIpv6 } from './addresses.ts'
import type { FilterRule } from './backend.ts'
import { publicLink } from './network.ts'

const tableOf = (id: number): string => `inet m${id}`

/** nftables matches of packets to a machine's public side, and of packets from there. */
export interface PublicSide {
  readonly to: readonly string[]
  readonly from: readonly string[]
}

const sideOfLink = (id: number): PublicSide => ({
  to: [`oifname "${publicLink(id)}"`],
  from: [`iifname "${publicLink(id)}"`],
})

/**
 * The machine's firewall as one nftables transaction, applied where the twin forwards to and from its public interface.
 * As at Hetzner: an allow-list, stateful; without any rule for a direction everything passes outwards and nothing inwards.
 */
export const firewallText = (
  id: number,
  rules: readonly FilterRule[] | null,
  side: PublicSide = sideOfLink(id),
): string => {
  const clear = `table ${tableOf(id)}\ndelete table ${tableOf(id)}\n`
  if (rules === null) return clear
  const outbound = rules.filter((rule) => rule.direction === 'out')
  return `${clear}table ${tableOf(id)} {
  chain forward {
    type filter hook forward priority filter; policy accept;
${[...side.to.map((match) => `    ${match} jump inbound`), ...side.from.map((match) => `    ${match} jump outbound`)].join('\n')}
  }
  chain inbound {
${chainBody(rules.filter((rule) => rule.direction === 'in'))}
  }
  chain outbound {
${outbound.length === 0 ? '    accept' : chainBody(outbound)}
  }
}
`
}

const chainBody = (rules: readonly FilterRule[]): string =>
  ['ct state established,related accept', ...rules.flatMap(linesOf), 'drop'].map((line) => `    ${line}`).join('\n')

/** One line a peer: peers of one rule may overlap, which a set of intervals would refuse. */
const linesOf = (rule: FilterRule): string[] =>
  rule.peers.map((peer) => {
    const family = isIpv6(peer) ? 'ip6' : 'ip'
    const side = rule.direction === 'in' ? 'saddr' : 'daddr'
    return `${peerMatch(family, side, peer)} ${protocolMatch(rule, family)} accept`
  })

const peerMatch = (family: 'ip' | 'ip6', side: 'saddr' | 'daddr', peer: string): string =>
  peer.endsWith('/0') ? `meta nfproto ${family === 'ip' ? 'ipv4' : 'ipv6'}` : `${family} ${side} ${peer}`

const protocolMatch = (rule: FilterRule, family: 'ip' | 'ip6'): string => {
  if (rule.protocol === 'icmp') return `meta l4proto ${family === 'ip' ? 'icmp' : 'ipv6-icmp'}`
  if (rule.port !== null && (rule.protocol === 'tcp' || rule.protocol === 'udp'))
    return `${rule.protocol} dport ${rule.port}`
  return `meta l4proto ${rule.protocol}`
}

/** Shell text that loads a firewall file into the twin's namespace. */
export const loadFirewall = (layout: TwinLayout, file: string): string =>
  `nsenter --net=/run/netns/${layout.namespace} nft -f ${file}`

/** Shell text that removes the machine's firewall, if there is one. */
export const clearFirewall = (layout: TwinLayout, id: number): string =>
  `nsenter --net=/run/netns/${layout.namespace} nft delete table ${tableOf(id)} 2>/dev/null || true`
