import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, readBody } from './body.ts'
import { systemImages } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { requireUnprotected } from './errors.ts'
import { machineImage } from './machine.ts'
import { recordOf } from './tables.ts'
import { viewImage } from './views.ts'

const images: Collection<'images'> = {
  table: 'images',
  filters: {
    type: ['system', 'app', 'snapshot', 'backup'],
    status: ['available', 'creating', 'unavailable'],
    bound_to: null,
    architecture: ['x86', 'arm'],
  },
  builtIn: systemImages,
  view: (_, image) => viewImage(image),
  change: z.object({ description: z.string().nullish(), type: z.literal('snapshot').nullish(), labels }),
  changed: async (_, { type }, image) => {
    if (type === 'snapshot') image.bound_to = null
  },
  requireDeletable: (_, image) => requireUnprotected('snapshot deletion is protected', image),
  remove: ({ machines }, image) => machines.removeSnapshot(machineImage({ id: image.id, name: null })),
}

export const addImages = (app: Hono, cloud: Cloud): void => {
  const { actions } = cloud
  addCollection(app, cloud, images)
  app.post('/images/:id{[0-9]+}/actions/change_protection', async (c) => {
    const image = recordOf(cloud, 'images', c)
    const body = await readBody(c, z.object({ delete: z.boolean() }))
    const action = actions.run('change_protection', [{ id: image.id, type: 'image' }], async () => {
      image.protection = { delete: body.delete }
    })
    return c.json({ action }, 201)
  })
}
