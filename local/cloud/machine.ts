import { hostAddressOf } from './addresses.ts'
import type { Cloud } from './cloud.ts'
import { enforce } from './firewall-state.ts'
import { routeFloatingIps } from './floating-routes.ts'
import { plug } from './private-nets.ts'
import type { ServerRecord } from './state.ts'
import { getRecord } from './tables.ts'
import { allImages } from './views.ts'

/** What machines know an image by: snapshots have no name in the API. */
export const machineImage = ({ id, name }: { readonly id: number; readonly name: string | null }): string =>
  name ?? `snapshot-${id}`

/** Disk, network and firewall, in this order, so that the machine is never up without its filter. */
export const makeMachine = async (cloud: Cloud, server: ServerRecord): Promise<void> => {
  const { state } = cloud.store
  const addressOf = (id: number | null): string | null => (id === null ? null : (state.primary_ips[id]?.ip ?? null))
  const ipv6 = addressOf(server.primary_ips.ipv6)
  const image = allImages(cloud).find(({ id }) => id === server.image)
  if (!image) throw new Error(`image ${server.image} is gone`)
  await cloud.machines.create({
    id: server.id,
    name: server.name,
    image: machineImage(image),
    publicIpv4: addressOf(server.primary_ips.ipv4),
    publicIpv6: ipv6 === null ? null : hostAddressOf(ipv6),
    mac: server.mac,
    authorizedKeys: server.ssh_keys,
    userData: server.user_data,
  })
  await enforce(cloud, server)
}

/** A new disk under the same addresses; Floating IPs stay assigned, so they have to lead here again. */
export const remakeMachine = async (cloud: Cloud, server: ServerRecord): Promise<void> => {
  await cloud.machines.destroy(server.id)
  await makeMachine(cloud, server)
  for (const net of server.private_net) await plug(cloud, server, getRecord(cloud, 'networks', net.network), net)
  await routeFloatingIps(cloud, server.id)
  await cloud.machines.start(server.id)
}
