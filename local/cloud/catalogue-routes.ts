import type { Hono } from 'hono'
import { idParam } from './body.ts'
import { datacenters, locations, pricing, serverTypes } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { ApiError, notFound } from './errors.ts'
import { paged, selected, usualSorts } from './listing.ts'

/** Collections that exist but are never filled here, and what they are sorted by. */
const emptyCollections = {
  volumes: usualSorts,
  isos: [],
  load_balancers: usualSorts,
  load_balancer_types: [],
  certificates: usualSorts,
} as const

const byName = ['id', 'name']

const announcement = 'https://docs.hetzner.cloud/changelog#2026-06-02-datacenters-deprecated'

export const addCatalogue = (app: Hono, cloud: Cloud): void => {
  const types = () => serverTypes(cloud.faults.isSoldOut)
  const find = <T extends { readonly id: number }>(items: readonly T[], id: number, what: string): T => {
    const found = items.find((one) => one.id === id)
    if (!found) throw notFound(`${what} with ID '${id}'`)
    return found
  }
  app.get('/locations', (c) => paged(c, 'locations', selected(c, locations), { sorts: byName }))
  app.get('/locations/:id{[0-9]+}', (c) => c.json({ location: find(locations, idParam(c), 'location') }))
  app.get('/server_types', (c) => paged(c, 'server_types', selected(c, types()), { sorts: [] }))
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
  for (const [root, sorts] of Object.entries(emptyCollections))
    app.get(`/${root}`, (c) => paged(c, root, [], { sorts }))
}

const onePage = (total: number) => ({
  page: 1,
  per_page: 50,
  previous_page: null,
  next_page: null,
  last_page: 1,
  total_entries: total,
})
