import { z } from 'zod'
import { findByIdOrName, hostName, idOrName, labels } from './body.ts'
import { locations, type ServerType } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { locationOfDatacenter } from './datacenters.ts'
import { ApiError, invalidInput, notFound, soldOut } from './errors.ts'
import { firewallsAtMost } from './firewall-state.ts'
import { requireRoomInGroup } from './placement-groups.ts'
import { requireUsable } from './public-ips.ts'
import { requireImage, requireType } from './server-disk.ts'
import type { NetworkRecord } from './state.ts'
import { getRecord, requireFreeName } from './tables.ts'

export const userData = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= 32 * 1024, 'must not be longer than 32 KiB')
  .nullish()

export const serverBody = z.object({
  name: hostName,
  server_type: idOrName,
  image: idOrName,
  location: idOrName.nullish(),
  datacenter: idOrName.nullish(),
  start_after_create: z.boolean().nullish(),
  placement_group: z.int().nullish(),
  ssh_keys: z.array(idOrName).nullish(),
  networks: z.array(z.int()).nullish(),
  firewalls: z.array(z.object({ firewall: z.int() })).nullish(),
  volumes: z.array(z.int()).nullish(),
  user_data: userData,
  labels,
  public_net: z
    .object({
      enable_ipv4: z.boolean().nullish(),
      enable_ipv6: z.boolean().nullish(),
      ipv4: z.int().nullish(),
      ipv6: z.int().nullish(),
    })
    .nullish(),
})

export type ServerBody = z.output<typeof serverBody>

export interface ServerOrder {
  readonly type: ServerType
  readonly image: ReturnType<typeof requireImage>
  readonly location: string
  readonly networks: readonly NetworkRecord[]
  readonly sshKeys: readonly string[]
}

/** @throws ApiError for whatever cannot be had, before anything is made. */
export const placeOrder = (cloud: Cloud, body: ServerBody): ServerOrder => {
  const { state } = cloud.store
  requireFreeName(cloud, 'servers', body)
  const type = requireType(cloud, body.server_type)
  const location = locationFor(cloud, body, type)
  const image = requireImage(cloud, body.image, type)
  requireNoVolumes(body)
  if (typeof body.placement_group === 'number') {
    getRecord(cloud, 'placement_groups', body.placement_group)
    requireRoomInGroup(cloud, body.placement_group)
  }
  requireFirewalls(cloud, body)
  const keys = (body.ssh_keys ?? []).map((wanted) => {
    const key = findByIdOrName(Object.values(state.ssh_keys), wanted)
    if (!key) throw invalidInput('ssh_keys', `SSH key '${wanted}' not found`)
    return key.public_key.trim()
  })
  const networks = [...new Set(body.networks)].map((id) => getRecord(cloud, 'networks', id))
  for (const { type: family, wanted } of wantedIps(cloud, body)) {
    if (typeof wanted === 'number') requireUsable(cloud, wanted, { type: family, location })
  }
  return { type, image, location, networks, sshKeys: keys }
}

/** @throws ApiError for one that is not there, and unless the server could have them all. */
const requireFirewalls = (cloud: Cloud, body: ServerBody): void => {
  const wanted = new Set(body.firewalls?.map(({ firewall }) => firewall))
  for (const id of wanted) getRecord(cloud, 'firewalls', id)
  if (wanted.size > firewallsAtMost) throw invalidInput('firewalls', `a server has at most ${firewallsAtMost}`)
  if (wanted.size > 0 && wantedIps(cloud, body).length === 0)
    throw new ApiError(422, 'private_net_only_server', 'server has no public network interface')
}

/** There are none here, so whoever asks for one asks for what is not there. @throws ApiError 404 */
const requireNoVolumes = ({ volumes }: ServerBody): void => {
  for (const id of volumes ?? []) throw notFound(`volume with ID '${id}'`)
}

const locationFor = (cloud: Cloud, { location, datacenter }: ServerBody, type: ServerType): string => {
  const byDatacenter = locationOfDatacenter(cloud, datacenter)
  const wanted = location ?? byDatacenter ?? 'fsn1'
  const found = findByIdOrName(locations, wanted)
  if (!found) throw invalidInput('location', `location '${wanted}' not found`)
  const offer = type.locations.find((one) => one.name === found.name)
  if (!offer) throw invalidInput('server_type', 'unsupported location for server type')
  if (!offer.available) throw soldOut()
  return found.name
}

/** Families of public addresses, and the Primary IP asked for in each. */
export const wantedIps = ({ pools }: Cloud, { public_net }: ServerBody) =>
  [
    { type: 'ipv4' as const, isWanted: public_net?.enable_ipv4 ?? true, wanted: public_net?.ipv4 },
    { type: 'ipv6' as const, isWanted: public_net?.enable_ipv6 ?? pools.ipv6 !== null, wanted: public_net?.ipv6 },
  ].filter(({ isWanted }) => isWanted)
