import type { FilterRule } from '../machines/backend.ts'
import type { Cloud } from './cloud.ts'
import { matchesSelector } from './labels.ts'
import type { FirewallRecord, ServerRecord, State } from './state.ts'

/** As many as one server can have. https://docs.hetzner.com/cloud/firewalls/overview#limits */
export const firewallsAtMost = 5

/** Firewalls filter the public interface, so a server without one has none. */
export const isPublic = ({ primary_ips }: ServerRecord): boolean =>
  primary_ips.ipv4 !== null || primary_ips.ipv6 !== null

/** Servers that can have a firewall and whose labels fit. */
export const serversOf = (state: State, selector: string): readonly ServerRecord[] =>
  Object.values(state.servers).filter((server) => isPublic(server) && matchesSelector(server.labels, selector))

/** Those attached to the server itself come before those whose selector it fits; what is beyond the limit does not count. */
const attachedTo = (state: State, { firewalls, labels }: ServerRecord): readonly FirewallRecord[] => {
  const direct = firewalls.flatMap((id) => state.firewalls[id] ?? [])
  const selecting = Object.values(state.firewalls).filter(
    ({ id, selectors }) => !firewalls.includes(id) && selectors.some((selector) => matchesSelector(labels, selector)),
  )
  return [...direct, ...selecting].slice(0, firewallsAtMost)
}

/** Firewalls attached to the server itself, and those whose selector it fits. */
export const firewallsOn = (state: State, server: ServerRecord): readonly FirewallRecord[] =>
  isPublic(server) ? attachedTo(state, server) : []

/** What the machine enforces: nothing without a firewall, else all rules of all of them together. */
const rulesOn = (state: State, server: ServerRecord): readonly FilterRule[] | null => {
  // the machine keeps them while it has no public interface, and so gets one that is filtered
  const firewalls = attachedTo(state, server)
  if (firewalls.length === 0) return null
  return firewalls.flatMap(({ rules }) =>
    rules.map(({ direction, protocol, port, source_ips, destination_ips }) => ({
      direction,
      protocol,
      port,
      peers: direction === 'in' ? source_ips : destination_ips,
    })),
  )
}

/** Has the machine enforce what is attached to it now. */
export const enforce = async ({ machines, store }: Cloud, server: ServerRecord): Promise<void> => {
  if ((await machines.state(server.id)) !== 'absent') await machines.filter(server.id, rulesOn(store.state, server))
}

/** After a change of labels or firewalls: every machine gets the rules that it should have. */
export const enforceAll = async (cloud: Cloud): Promise<void> => {
  await Promise.all(Object.values(cloud.store.state.servers).map((server) => enforce(cloud, server)))
}
