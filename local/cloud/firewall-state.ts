import type { FilterRule } from '../machines/backend.ts'
import type { Cloud } from './cloud.ts'
import { matchesSelector } from './labels.ts'
import type { FirewallRecord, ServerRecord, State } from './state.ts'

export const serversOf = (state: State, selector: string): readonly ServerRecord[] =>
  Object.values(state.servers).filter((server) => matchesSelector(server.labels, selector))

/** Firewalls attached to the server itself, and those whose selector it fits. */
export const firewallsOn = (state: State, server: ServerRecord): readonly FirewallRecord[] =>
  Object.values(state.firewalls).filter(
    ({ id, selectors }) =>
      server.firewalls.includes(id) || selectors.some((selector) => matchesSelector(server.labels, selector)),
  )

/** What the machine enforces: nothing without a firewall, else all rules of all of them together. */
const rulesOn = (state: State, server: ServerRecord): readonly FilterRule[] | null => {
  const firewalls = firewallsOn(state, server)
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
