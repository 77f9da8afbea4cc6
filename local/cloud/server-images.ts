import { randomBytes } from 'node:crypto'
import type { Hono } from 'hono'
import { z } from 'zod'
import { findByIdOrName, idOrName, labels, readBody } from './body.ts'
import { serverTypes } from './catalogue.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { invalidInput, isProtected } from './errors.ts'
import { machineImage, remakeMachine } from './machine.ts'
import { becomes, beginOn } from './server-doing.ts'
import type { ImageRecord, ServerRecord } from './state.ts'
import { recordOf } from './tables.ts'
import { allImages, viewImage } from './views.ts'

const rebuilding = z.object({ image: idOrName, user_data: z.string().nullish() })
const imaging = z.object({
  type: z.enum(['snapshot', 'backup']).nullish(),
  description: z.string().nullish(),
  labels,
})

/** Actions on a server's disk; each answers with more than the action. */
export const addServerImages = (app: Hono, cloud: Cloud): void => {
  const { actions, machines, store } = cloud
  app.post('/servers/:id{[0-9]+}/actions/reset_password', (c) => {
    const server = recordOf(cloud, 'servers', c)
    const root_password = randomBytes(12).toString('base64url')
    const action = beginOn(cloud, server, {
      command: 'reset_password',
      work: () => machines.setRootPassword(server.id, root_password),
    })
    return c.json({ root_password, action }, 201)
  })
  app.post('/servers/:id{[0-9]+}/actions/rebuild', async (c) => {
    const server = recordOf(cloud, 'servers', c)
    if (server.protection.rebuild) throw isProtected('server')
    const body = await readBody(c, rebuilding)
    const image = findByIdOrName(allImages(cloud), body.image)
    if (!image) throw invalidInput('image', `image '${body.image}' not found`)
    const root_password = server.ssh_keys.length > 0 ? null : randomBytes(12).toString('base64url')
    const work = becomes(server, 'running', async () => {
      server.image = image.id
      server.user_data = body.user_data ?? server.user_data
      await remakeMachine(cloud, server)
      if (root_password) await machines.setRootPassword(server.id, root_password)
    })
    const before = server.status
    const undo = (): void => {
      server.status = before
    }
    const action = beginOn(cloud, server, { command: 'rebuild_server', work, undo })
    server.status = 'rebuilding'
    return c.json({ root_password, action }, 201)
  })
  app.post('/servers/:id{[0-9]+}/actions/create_image', async (c) => {
    const server = recordOf(cloud, 'servers', c)
    const body = await readBody(c, imaging)
    actions.requireUnlocked(server.id)
    const image = draftImage(cloud, server, body)
    store.state.images[image.id] = image
    const work = async (): Promise<void> => {
      const { bytes } = await machines.snapshot(server.id, machineImage({ id: image.id, name: null }))
      image.image_size = bytes / 1e9
      image.status = 'available'
    }
    const undo = (): void => void delete store.state.images[image.id]
    const also = [{ id: image.id, type: 'image' }]
    const action = beginOn(cloud, server, { command: 'create_image', work, undo, also })
    return c.json({ image: viewImage(image), action }, 201)
  })
}

const draftImage = (cloud: Cloud, server: ServerRecord, body: z.output<typeof imaging>): ImageRecord => {
  const type = serverTypes(cloud.faults.isSoldOut).find(({ name }) => name === server.server_type)
  return {
    id: cloud.store.nextId(),
    type: body.type ?? 'snapshot',
    status: 'creating',
    description: body.description ?? server.name,
    labels: body.labels ?? {},
    created: nowOf(cloud),
    created_from: { id: server.id, name: server.name },
    bound_to: body.type === 'backup' ? server.id : null,
    disk_size: type?.disk ?? 0,
    image_size: null,
    architecture: type?.architecture ?? 'x86',
    protection: { delete: false },
  }
}
