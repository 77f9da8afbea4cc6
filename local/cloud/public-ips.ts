import { allocatePublic } from './addresses.ts'
import type { Cloud } from './cloud.ts'
import { ApiError, notFound } from './errors.ts'
import type { PrimaryIpRecord, ServerRecord } from './state.ts'

export const usedAddresses = ({ store }: Cloud): ReadonlySet<string> =>
  new Set([...Object.values(store.state.primary_ips), ...Object.values(store.state.floating_ips)].map(({ ip }) => ip))

/** The lowest free address of the family, nobody's yet. */
export const freshAddress = (
  cloud: Cloud,
  type: PrimaryIpRecord['type'],
): Pick<PrimaryIpRecord, 'type' | 'ip' | 'assignee_id' | 'dns_ptr' | 'protection'> => ({
  type,
  ip: allocatePublic(cloud.pools, type, usedAddresses(cloud)),
  assignee_id: null,
  dns_ptr: [],
  protection: { delete: false },
})

/** @throws ApiError unless a new server in the location can have the address. */
export const requireUsable = (
  { store }: Cloud,
  id: number,
  { type, location }: Pick<PrimaryIpRecord, 'type' | 'location'>,
) => {
  const ip = store.state.primary_ips[id]
  if (!ip) throw notFound(`primary IP with ID '${id}'`)
  if (ip.type !== type) throw new ApiError(412, 'primary_ip_version_mismatch', 'primary IP has the wrong version')
  if (ip.assignee_id !== null) throw new ApiError(422, 'primary_ip_assigned', 'primary IP is already assigned')
  if (ip.location !== location)
    throw new ApiError(422, 'primary_ip_datacenter_mismatch', 'primary IP is in another location')
}

/** Frees the addresses of a server that is gone; those that came with it go with it. */
export const releasePrimaryIps = ({ store }: Cloud, server: ServerRecord): void => {
  for (const ip of Object.values(store.state.primary_ips)) {
    if (ip.assignee_id !== server.id) continue
    ip.assignee_id = null
    store.touch('primary_ips', ip.id)
    if (ip.auto_delete) delete store.state.primary_ips[ip.id]
  }
}
