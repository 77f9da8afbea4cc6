import { waitFor } from '../clock.ts'
import type { Call } from './call.ts'
import { type Connection, sendFor } from './connection.ts'
import { createOrAdopt } from './create-or-adopt.ts'
import { field } from './field.ts'
import { retryWhileLocked } from './locked.ts'
import { listAll } from './paging.ts'
import type { Action, CreateImageBody, Image } from './types.ts'

/** Every gigabyte of the disk is copied. */
const imageTimeoutMs = 1_800_000

/**
 * Makes a snapshot of the disk of a server, which should be off, and waits until servers can be made from it.
 * Source: https://docs.hetzner.cloud/reference/cloud#server-actions-create-image-from-a-server
 * @param body labels that no other image has: by them the image is found again when the answer was lost
 * @throws ActionError when it failed half-way.
 */
export const createImage = (connection: Connection, serverId: number, body: CreateImageBody): Promise<Image> =>
  createOrAdopt({
    create: () => retryWhileLocked(connection, serverId, () => takeSnapshot(connection, serverId, body)),
    find: async () => (await listOwn(connection, body))[0],
    labels: body.labels,
    adopt: ({ id }) => waitUntilAvailable(connection, id),
  })

const takeSnapshot = async (connection: Connection, serverId: number, body: CreateImageBody): Promise<Image> => {
  const path = `/servers/${serverId}/actions/create_image`
  const call: Call = { method: 'POST', path, body: { ...body, type: 'snapshot' } }
  const answer = await connection.send(call)
  await connection.waitFor([field<Action>(call, answer, 'action')], { timeoutMs: imageTimeoutMs })
  return waitUntilAvailable(connection, field<Image>(call, answer, 'image').id)
}

const listOwn = ({ send }: Connection, { labels }: CreateImageBody): Promise<readonly Image[]> =>
  listAll<Image>(send, '/images', 'images', {
    type: 'snapshot',
    label_selector: Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  })

const waitUntilAvailable = (connection: Connection, id: number): Promise<Image> =>
  waitFor(
    `image ${id} to be available`,
    async () => {
      const image = await sendFor<Image>(connection, { method: 'GET', path: `/images/${id}` }, 'image')
      return image.status === 'available' ? { done: image } : { seen: `status ${image.status}` }
    },
    {
      clock: connection.clock,
      everyMs: 1000,
      timeoutMs: imageTimeoutMs,
      ...(connection.signal ? { signal: connection.signal } : {}),
    },
  )
