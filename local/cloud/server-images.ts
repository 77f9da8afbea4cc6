import { randomBytes } from 'node:crypto'
import type { Hono } from 'hono'
import { z } from 'zod'
import { idOrName, labels, readBody } from './body.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { invalidInput, isProtected } from './errors.ts'
import { machineImage, remakeMachine } from './machine.ts'
import { diskOf, requireImage, typeOf } from './server-disk.ts'
import { becomes, beginOn, requireInterface } from './server-doing.ts'
import { userData } from './server-order.ts'
import type { ImageRecord, ServerRecord } from './state.ts'
import { recordOf } from './tables.ts'
import { viewImage } from './views.ts'

const rebuilding = z.object({ image: idOrName, user_data: userData })
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
    if (server.protection.rebuild) throw isProtected('server rebuild is protected')
    const body = await readBody(c, rebuilding)
    const { architecture } = typeOf(cloud, server)
    const image = requireImage(cloud, body.image, { architecture, disk: diskOf(cloud, server) })
    const root_password = server.ssh_keys.length > 0 ? null : randomBytes(12).toString('base64url')
    const work = becomes(server, 'running', async () => {
      requireInterface(server)
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
    if (body.type === 'backup' && !server.backup_window)
      throw invalidInput('type', 'backups are not enabled for the server')
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
  return {
    id: cloud.store.nextId(),
    type: body.type ?? 'snapshot',
    status: 'creating',
    description: body.description ?? server.name,
    labels: body.labels ?? {},
    created: nowOf(cloud),
    created_from: { id: server.id, name: server.name },
    bound_to: body.type === 'backup' ? server.id : null,
    disk_size: diskOf(cloud, server),
    image_size: null,
    architecture: typeOf(cloud, server).architecture,
    protection: { delete: false },
  }
}
