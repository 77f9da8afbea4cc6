import { findByIdOrName } from './body.ts'
import { type ServerType, serverTypes } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { ApiError, invalidInput, soldOut } from './errors.ts'
import type { ServerRecord } from './state.ts'
import { allImages } from './views.ts'

// What may be on a server's disk, and on which type of server it fits.

type Image = ReturnType<typeof allImages>[number]

/** @throws ApiError 422 */
export const requireType = (cloud: Cloud, wanted: number | string): ServerType => {
  const type = findByIdOrName(serverTypes(cloud.faults.isSoldOut), wanted)
  if (!type) throw invalidInput('server_type', `server type '${wanted}' not found`)
  return type
}

export const typeOf = (cloud: Cloud, { server_type }: Pick<ServerRecord, 'server_type'>): ServerType =>
  requireType(cloud, server_type)

/** Gigabytes: what the type has, unless the disk was not to be enlarged with it. */
export const diskOf = (cloud: Cloud, server: ServerRecord): number => server.disk ?? typeOf(cloud, server).disk

/**
 * The image that a disk of the size can be made from. A name stands for the image of the architecture.
 * @throws ApiError 422 for one that is not there, not ready, or does not fit
 */
export const requireImage = (
  cloud: Cloud,
  wanted: number | string,
  { architecture, disk }: Pick<ServerType, 'architecture' | 'disk'>,
): Image => {
  const images = allImages(cloud).filter((one) => one.architecture === architecture || one.id === Number(wanted))
  const image = findByIdOrName(images, wanted)
  if (!image) throw invalidInput('image', `image '${wanted}' not found`)
  if (image.architecture !== architecture)
    throw invalidInput('image', 'incompatible architecture of image and server type')
  // the code is the API's; its words for this case are not known
  if (image.status !== 'available') throw invalidInput('image', `image ${image.id} is still ${image.status}`)
  if (image.disk_size > disk) throw new ApiError(422, 'invalid_input', 'image disk is bigger than server type disk')
  return image
}

const unfit = (message: string): ApiError => new ApiError(422, 'invalid_server_type', message)

/** @throws ApiError unless the server, where it is and with the disk that it has, can become one of the type. */
export const requireChangeable = (cloud: Cloud, server: ServerRecord, type: ServerType): void => {
  const { architecture, storage_type } = typeOf(cloud, server)
  if (type.architecture !== architecture) throw unfit('server type has another architecture')
  if (type.storage_type !== storage_type) throw unfit('server type has another type of storage')
  const offer = type.locations.find(({ name }) => name === server.location)
  if (!offer || type.deprecation) throw unfit('server type is not offered in the location of the server')
  if (type.disk < diskOf(cloud, server)) throw unfit('disk of the server type is smaller than that of the server')
  if (!offer.available) throw soldOut()
}
