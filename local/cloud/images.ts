import type { Hono } from 'hono'
import { z } from 'zod'
import { idParam, labels, readBody } from './body.ts'
import type { Cloud } from './cloud.ts'
import { isProtected, notFound } from './errors.ts'
import { paged, selected } from './listing.ts'
import { recordOf } from './tables.ts'
import { allImages, viewImage } from './views.ts'

const change = z.object({ description: z.string().nullish(), type: z.literal('snapshot').nullish(), labels })

export const addImages = (app: Hono, cloud: Cloud): void => {
  const { store, actions, machines } = cloud
  app.get('/images', (c) =>
    paged(c, 'images', selected(c, allImages(cloud), ['type', 'status', 'bound_to', 'architecture'])),
  )
  app.get('/images/:id{[0-9]+}', (c) => {
    const image = allImages(cloud).find((one) => one.id === idParam(c))
    if (!image) throw notFound(`image with ID '${idParam(c)}'`)
    return c.json({ image })
  })
  app.put('/images/:id{[0-9]+}', async (c) => {
    const image = recordOf(cloud, 'images', c)
    const body = await readBody(c, change)
    if (typeof body.description === 'string') image.description = body.description
    if (body.type) image.type = body.type
    if (body.labels) image.labels = body.labels
    store.save()
    return c.json({ image: viewImage(image) })
  })
  app.delete('/images/:id{[0-9]+}', async (c) => {
    const image = recordOf(cloud, 'images', c)
    if (image.protection.delete) throw isProtected('snapshot')
    delete store.state.images[image.id]
    store.save()
    await machines.removeSnapshot(`snapshot-${image.id}`)
    return c.body(null, 204)
  })
  app.post('/images/:id{[0-9]+}/actions/change_protection', async (c) => {
    const image = recordOf(cloud, 'images', c)
    const body = await readBody(c, z.object({ delete: z.boolean() }))
    const action = actions.run('change_protection', [{ id: image.id, type: 'image' }], async () => {
      image.protection = { delete: body.delete }
    })
    return c.json({ action }, 201)
  })
}
