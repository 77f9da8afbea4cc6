import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, readBody, resourceName } from './body.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { ApiError } from './errors.ts'
import { paged, selected } from './listing.ts'
import { recordOf, requireFreeName } from './tables.ts'
import { viewGroup } from './views.ts'

const creation = z.object({ name: resourceName, type: z.literal('spread'), labels })
const change = z.object({ name: resourceName.optional(), labels })

const membersAtMost = 10

/** @throws ApiError when the group has as many servers as it can hold. */
export const requireRoomInGroup = (cloud: Cloud, id: number): void => {
  const members = Object.values(cloud.store.state.servers).filter((server) => server.placement_group === id)
  if (members.length < membersAtMost) return
  const message = `placement group with ID ${id} contains already ${membersAtMost} servers`
  throw new ApiError(422, 'placement_group_member_limit_reached', message)
}

export const addPlacementGroups = (app: Hono, cloud: Cloud): void => {
  const { store } = cloud
  const all = () => Object.values(store.state.placement_groups)
  app.get('/placement_groups', (c) =>
    paged(
      c,
      'placement_groups',
      selected(c, all(), ['type']).map((group) => viewGroup(cloud, group)),
    ),
  )
  app.get('/placement_groups/:id{[0-9]+}', (c) =>
    c.json({ placement_group: viewGroup(cloud, recordOf(cloud, 'placement_groups', c)) }),
  )
  app.post('/placement_groups', async (c) => {
    const body = await readBody(c, creation)
    requireFreeName(cloud, 'placement_groups', body.name)
    const group = {
      id: store.nextId(),
      name: body.name,
      type: body.type,
      labels: body.labels ?? {},
      created: nowOf(cloud),
    }
    store.state.placement_groups[group.id] = group
    store.save()
    return c.json({ placement_group: viewGroup(cloud, group), action: null }, 201)
  })
  app.put('/placement_groups/:id{[0-9]+}', async (c) => {
    const group = recordOf(cloud, 'placement_groups', c)
    const body = await readBody(c, change)
    if (body.name !== undefined) {
      requireFreeName(cloud, 'placement_groups', body.name, group.id)
      group.name = body.name
    }
    if (body.labels) group.labels = body.labels
    store.save()
    return c.json({ placement_group: viewGroup(cloud, group) })
  })
  app.delete('/placement_groups/:id{[0-9]+}', (c) => {
    const group = recordOf(cloud, 'placement_groups', c)
    for (const server of Object.values(store.state.servers)) {
      if (server.placement_group === group.id) server.placement_group = null
    }
    delete store.state.placement_groups[group.id]
    store.save()
    return c.body(null, 204)
  })
}
