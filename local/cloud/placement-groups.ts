import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, nameAndLabels, resourceName } from './body.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { ApiError } from './errors.ts'
import { viewGroup } from './views.ts'

const creation = z.object({ name: resourceName, type: z.literal('spread'), labels })

const membersAtMost = 10
const groupsAtMost = 50

/** @throws ApiError when the group has as many servers as it can hold. */
export const requireRoomInGroup = (cloud: Cloud, id: number): void => {
  const members = Object.values(cloud.store.state.servers).filter((server) => server.placement_group === id)
  if (members.length < membersAtMost) return
  const message = `placement group with ID ${id} contains already ${membersAtMost} servers`
  throw new ApiError(422, 'placement_group_member_limit_reached', message)
}

const placementGroups: Collection<'placement_groups', z.output<typeof creation>> = {
  table: 'placement_groups',
  filters: { type: ['spread'] },
  view: viewGroup,
  change: z.object(nameAndLabels),
  creation: {
    body: creation,
    draft: ({ store }, { name, type }) => {
      if (Object.keys(store.state.placement_groups).length >= groupsAtMost) {
        throw new ApiError(403, 'resource_limit_exceeded', 'placement group limit reached', {
          limits: [{ name: 'placement_group_limit' }],
        })
      }
      return { name, type }
    },
    begin: () => ({ action: null }),
  },
  remove: async ({ store }, { id }) => {
    for (const server of Object.values(store.state.servers)) {
      if (server.placement_group !== id) continue
      server.placement_group = null
      store.touch('servers', server.id)
    }
  },
}

export const addPlacementGroups = (app: Hono, cloud: Cloud): void => addCollection(app, cloud, placementGroups)
