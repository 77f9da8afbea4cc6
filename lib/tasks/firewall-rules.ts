import type { Role } from '../fleet/names.ts'
import type { FirewallRule } from '../hcloud/types.ts'

const everywhere = ['0.0.0.0/0', '::/0'] as const

const incoming = (protocol: 'tcp' | 'udp' | 'icmp', port: string | null, sources: readonly string[]): FirewallRule => ({
  direction: 'in',
  protocol,
  port,
  source_ips: sources,
  destination_ips: [],
  description: null,
})

/**
 * What the cloud lets in on the public interface. Nameservers are asked directly by operators only: clients come through
 * the lbs, over the private network. 5311 and 5312 are the preview ports of the two colours.
 */
export const firewallRulesOf = (role: Role, operators: readonly string[]): readonly FirewallRule[] => {
  const dns = role === 'lb' ? everywhere : operators
  const shared = [
    incoming('tcp', '22', operators),
    incoming('udp', '53', dns),
    incoming('tcp', '53', dns),
    incoming('icmp', null, everywhere),
  ]
  if (role === 'nameserver') return shared
  return [...shared, incoming('udp', '5311-5312', operators), incoming('tcp', '5311-5312', operators)]
}

/** Order and descriptions do not matter to the cloud; networks come back as spelled, since the config has them in its spelling. */
export const isSameRules = (a: readonly FirewallRule[], b: readonly FirewallRule[]): boolean => {
  const spell = (rules: readonly FirewallRule[]): string =>
    rules
      .map(({ direction, protocol, port, source_ips = [], destination_ips = [] }) =>
        [direction, protocol, port ?? '', ...[...source_ips].sort(), '>', ...[...destination_ips].sort()].join(' '),
      )
      .sort()
      .join('\n')
  return spell(a) === spell(b)
}
