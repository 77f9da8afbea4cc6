import { z } from 'zod'
import { findByIdOrName, idOrName, labels, serverName } from './body.ts'
import { datacenters, locations, type ServerType, serverTypes } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { ApiError, invalidInput } from './errors.ts'
import { requireRoomInGroup } from './placement-groups.ts'
import { requireUsable } from './public-ips.ts'
import type { NetworkRecord } from './state.ts'
import { getRecord, requireFreeName } from './tables.ts'
import { allImages } from './views.ts'

export const serverBody = z.object({
  name: serverName,
  server_type: idOrName,
  image: idOrName,
  location: idOrName.nullish(),
  datacenter: idOrName.nullish(),
  start_after_create: z.boolean().nullish(),
  placement_group: z.int().nullish(),
  ssh_keys: z.array(idOrName).nullish(),
  networks: z.array(z.int()).nullish(),
  firewalls: z.array(z.object({ firewall: z.int() })).nullish(),
  user_data: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= 32 * 1024, 'must not be longer than 32 KiB')
    .nullish(),
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
  readonly image: ReturnType<typeof allImages>[number]
  readonly location: string
  readonly networks: readonly NetworkRecord[]
  readonly sshKeys: readonly string[]
}

/** @throws ApiError for whatever cannot be had, before anything is made. */
export const placeOrder = (cloud: Cloud, body: ServerBody): ServerOrder => {
  const { state } = cloud.store
  requireFreeName(cloud, 'servers', body)
  const type = findByIdOrName(serverTypes(cloud.faults.isSoldOut), body.server_type)
  if (!type) throw invalidInput('server_type', `server type '${body.server_type}' not found`)
  const location = locationFor(cloud, body, type)
  const images = allImages(cloud).filter(
    (one) => one.architecture === type.architecture || one.id === Number(body.image),
  )
  const image = findByIdOrName(images, body.image)
  if (!image) throw invalidInput('image', `image '${body.image}' not found`)
  if (image.architecture !== type.architecture)
    throw invalidInput('image', 'incompatible architecture of image and server type')
  // the code is the API's; its words for this case are not known
  if (image.status !== 'available') throw invalidInput('image', `image ${image.id} is still ${image.status}`)
  if (image.disk_size > type.disk)
    throw new ApiError(422, 'invalid_input', 'image disk is bigger than server type disk')
  if (typeof body.placement_group === 'number') {
    getRecord(cloud, 'placement_groups', body.placement_group)
    requireRoomInGroup(cloud, body.placement_group)
  }
  for (const { firewall } of body.firewalls ?? []) getRecord(cloud, 'firewalls', firewall)
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

const locationFor = (cloud: Cloud, { location, datacenter }: ServerBody, type: ServerType): string => {
  const byDatacenter =
    cloud.hasDatacenters && datacenter ? findByIdOrName(datacenters(), datacenter)?.location.name : undefined
  const wanted = location ?? byDatacenter ?? 'fsn1'
  const found = findByIdOrName(locations, wanted)
  if (!found) throw invalidInput('location', `location '${wanted}' not found`)
  const offer = type.locations.find((one) => one.name === found.name)
  if (!offer) throw invalidInput('server_type', 'unsupported location for server type')
  if (!offer.available) {
    throw new ApiError(
      412,
      'resource_unavailable',
      'we are unable to provision servers for this location, try with a different location or try later',
    )
  }
  return found.name
}

/** Families of public addresses, and the Primary IP asked for in each. */
export const wantedIps = ({ pools }: Cloud, { public_net }: ServerBody) =>
  [
    { type: 'ipv4' as const, isWanted: public_net?.enable_ipv4 ?? true, wanted: public_net?.ipv4 },
    { type: 'ipv6' as const, isWanted: public_net?.enable_ipv6 ?? pools.ipv6 !== null, wanted: public_net?.ipv6 },
  ].filter(({ isWanted }) => isWanted)
