import type { Context, Hono } from 'hono'
import { idParam } from './body.ts'
import { systemImages } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { invalidInput } from './errors.ts'
import { paged, selected } from './listing.ts'
import type { ActionRecord } from './state.ts'
import { getRecord, notThere, recordOf } from './tables.ts'

const actionTypes = {
  servers: 'server',
  networks: 'network',
  firewalls: 'firewall',
  images: 'image',
  primary_ips: 'primary_ip',
  floating_ips: 'floating_ip',
} as const

type Owner = keyof typeof actionTypes

const filters = { id: null, status: ['running', 'success', 'error'] }
const sorts = ['id', 'command', 'status', 'started', 'finished']

export const addActions = (app: Hono, cloud: Cloud): void => {
  const { actions } = cloud
  const list = (c: Context, found: readonly ActionRecord[]): Response =>
    paged(c, 'actions', selected(c, found, filters), { sorts, view: actions.view })
  const one = (c: Context, isMeant: (action: ActionRecord) => boolean): Response => {
    const action = recordOf(cloud, 'actions', c)
    if (!isMeant(action)) throw notThere('actions', action.id)
    return c.json({ action: actions.view(action) })
  }
  app.get('/actions', (c) => {
    const ids = c.req.queries('id') ?? []
    if (ids.length === 0) throw invalidInput('id', 'is required')
    return list(
      c,
      ids.flatMap((id) => cloud.store.state.actions[Number(id)] ?? []),
    )
  })
  app.get('/actions/:id{[0-9]+}', (c) => one(c, () => true))
  for (const [table, type] of Object.entries(actionTypes) as [Owner, (typeof actionTypes)[Owner]][]) {
    const isAbout = (action: ActionRecord, owner?: number): boolean =>
      action.resources.some((resource) => resource.type === type && (owner === undefined || resource.id === owner))
    app.get(`/${table}/actions`, (c) =>
      list(
        c,
        actions.all().filter((action) => isAbout(action)),
      ),
    )
    app.get(`/${table}/actions/:id{[0-9]+}`, (c) => one(c, (action) => isAbout(action)))
    app.get(`/${table}/:id{[0-9]+}/actions`, (c) => {
      const id = idParam(c)
      const isBuiltIn = table === 'images' && systemImages.some((image) => image.id === id)
      if (!isBuiltIn) getRecord(cloud, table, id)
      return list(c, actions.about(type, id))
    })
    app.get(`/${table}/:owner{[0-9]+}/actions/:id{[0-9]+}`, (c) =>
      one(c, (action) => isAbout(action, Number(c.req.param('owner')))),
    )
  }
}
