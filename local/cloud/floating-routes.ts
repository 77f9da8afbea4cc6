import type { Cloud } from './cloud.ts'
import { routedAddress } from './views.ts'

/** Has the machine receive the Floating IPs that are assigned to its server now. */
export const routeFloatingIps = ({ store, machines }: Cloud, server: number): Promise<void> =>
  machines.route(
    server,
    Object.values(store.state.floating_ips)
      .filter((ip) => ip.server === server)
      .map(routedAddress),
  )
