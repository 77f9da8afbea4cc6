import type { Hono } from 'hono'
import { idParam } from './body.ts'
import { datacenters, locations, pricing, serverTypes } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { ApiError, invalidInput, notFound } from './errors.ts'
import { paged, selected } from './listing.ts'
import type { ActionRecord } from './state.ts'
import { recordOf } from './tables.ts'

/** Collections that exist but are never filled here. */
const emptyCollections = ['volumes', 'isos', 'load_balancers', 'load_balancer_types', 'certificates']

const announcement = 'https://docs.hetzner.cloud/changelog#2026-06-02-datacenters-deprecated'

const actionTypes = {
  servers: 'server',
  networks: 'network',
  firewalls: 'firewall',
  images: 'image',
  primary_ips: 'primary_ip',
  floating_ips: 'floating_ip',
} as const

export const addCatalogue = (app: Hono, cloud: Cloud): void => {
  const types = () => serverTypes(cloud.faults.isSoldOut)
  const find = <T extends { readonly id: number }>(items: readonly T[], id: number, what: string): T => {
    const found = items.find((one) => one.id === id)
    if (!found) throw notFound(`${what} with ID '${id}'`)
    return found
  }
  app.get('/locations', (c) => paged(c, 'locations', selected(c, locations)))
  app.get('/locations/:id{[0-9]+}', (c) => c.json({ location: find(locations, idParam(c), 'location') }))
  app.get('/server_types', (c) => paged(c, 'server_types', selected(c, types())))
  app.get('/server_types/:id{[0-9]+}', (c) => c.json({ server_type: find(types(), idParam(c), 'server type') }))
  app.get('/pricing', (c) => c.json({ pricing: pricing() }))
  app.get('/datacenters/:id{[0-9]+}?', (c) => {
    if (!cloud.hasDatacenters) {
      throw new ApiError(410, 'deprecated_api_endpoint', 'datacenters are no longer available, use locations', {
        announcement,
      })
    }
    if (c.req.param('id')) return c.json({ datacenter: find(datacenters(), idParam(c), 'datacenter') })
    const found = selected(c, datacenters())
    return c.json({ datacenters: found, recommendation: 1, meta: { pagination: onePage(found.length) } })
  })
  for (const root of emptyCollections) app.get(`/${root}`, (c) => paged(c, root, []))
}

const onePage = (total: number) => ({
  page: 1,
  per_page: 50,
  previous_page: null,
  next_page: null,
  last_page: 1,
  total_entries: total,
})

export const addActions = (app: Hono, cloud: Cloud): void => {
  const all = (): readonly ActionRecord[] => Object.values(cloud.store.state.actions)
  app.get('/actions', (c) => {
    const ids = c.req.queries('id') ?? []
    if (ids.length === 0) throw invalidInput('id', 'is required')
    return paged(c, 'actions', selected(c, all(), ['id', 'status']))
  })
  app.get('/actions/:id{[0-9]+}', (c) => c.json({ action: recordOf(cloud, 'actions', c) }))
  for (const [table, type] of Object.entries(actionTypes)) {
    const about = (id?: number) =>
      all().filter(({ resources }) => resources.some((one) => one.type === type && (id === undefined || one.id === id)))
    app.get(`/${table}/actions`, (c) => paged(c, 'actions', selected(c, about(), ['id', 'status'])))
    app.get(`/${table}/actions/:id{[0-9]+}`, (c) => c.json({ action: recordOf(cloud, 'actions', c) }))
    app.get(`/${table}/:id{[0-9]+}/actions`, (c) => paged(c, 'actions', selected(c, about(idParam(c)), ['status'])))
    app.get(`/${table}/:owner{[0-9]+}/actions/:id{[0-9]+}`, (c) => c.json({ action: recordOf(cloud, 'actions', c) }))
  }
}
