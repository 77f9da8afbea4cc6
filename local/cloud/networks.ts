import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { contains } from './addresses.ts'
import { labels, nameAndLabels, readBody, resourceName } from './body.ts'
import { locations } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { ApiError, notFound, requireUnprotected } from './errors.ts'
import {
  doOverlap,
  placeSubnet,
  requireNetworkRange,
  requireRange,
  requireRoute,
  requireWider,
} from './network-rules.ts'
import type { NetworkRecord, Route, Subnet } from './state.ts'
import { recordOf } from './tables.ts'
import { viewNetwork } from './views.ts'

const newSubnet = z.object({
  type: z.enum(['cloud', 'server', 'vswitch']),
  network_zone: z.enum([...new Set(locations.map((location) => location.network_zone))]),
  ip_range: z.string().nullish(),
  vswitch_id: z.int().nullish(),
})
const newRoute = z.object({ destination: z.string(), gateway: z.string() })
const creation = z.object({
  name: resourceName,
  ip_range: z.string(),
  subnets: z.array(newSubnet).nullish(),
  routes: z.array(newRoute).nullish(),
  labels,
  expose_routes_to_vswitch: z.boolean().nullish(),
})

const attachedTo = ({ store }: Cloud, network: NetworkRecord) =>
  Object.values(store.state.servers).flatMap((server) =>
    server.private_net.filter((one) => one.network === network.id).map((net) => ({ server, net })),
  )

/** @throws ApiError 422 when a server would have two networks that overlap. */
const requireApart = (cloud: Cloud, network: NetworkRecord, ip_range: string): void => {
  const others = attachedTo(cloud, network).flatMap(({ server }) => server.private_net.map((net) => net.network))
  const isNear = (id: number): boolean => {
    const other = cloud.store.state.networks[id]
    return other !== undefined && other !== network && doOverlap(other, { ip_range })
  }
  if (others.some(isNear))
    throw new ApiError(422, 'networks_overlap', 'network overlaps with another network of an attached server')
}

const networks: Collection<'networks', z.output<typeof creation>> = {
  table: 'networks',
  view: viewNetwork,
  change: z.object({ ...nameAndLabels, expose_routes_to_vswitch: z.boolean().nullish() }),
  creation: {
    body: creation,
    draft: (_, { name, ip_range, subnets, routes, expose_routes_to_vswitch }) => {
      requireNetworkRange(ip_range)
      const layout = { ip_range, subnets: [] as Subnet[], routes: [] as Route[] }
      for (const subnet of subnets ?? []) layout.subnets.push(placeSubnet(layout, subnet))
      for (const route of routes ?? []) {
        requireRoute(layout, route)
        layout.routes.push(route)
      }
      return {
        name,
        ...layout,
        protection: { delete: false },
        expose_routes_to_vswitch: expose_routes_to_vswitch ?? false,
      }
    },
  },
  requireDeletable: (_, network) => requireUnprotected('network is delete protected', network),
  remove: async (cloud, network) => {
    for (const { server } of attachedTo(cloud, network)) {
      await cloud.machines.detach(server.id, network.id)
      server.private_net = server.private_net.filter((one) => one.network !== network.id)
      cloud.store.touch('servers', server.id)
    }
  },
}

export const addNetworks = (app: Hono, cloud: Cloud): void => {
  const { actions } = cloud
  addCollection(app, cloud, networks)

  /** An action on the network, refused while another one runs. */
  const act = (c: Context, network: NetworkRecord, command: string, work: () => void) => {
    if (actions.runningOn('network', network.id).length > 0)
      throw new ApiError(409, 'conflict', 'network is being changed')
    return c.json({ action: actions.run(command, [{ id: network.id, type: 'network' }], async () => work()) }, 201)
  }
  app.post('/networks/:id{[0-9]+}/actions/add_subnet', async (c) => {
    const network = recordOf(cloud, 'networks', c)
    const subnet = placeSubnet(network, await readBody(c, newSubnet))
    return act(c, network, 'add_subnet', () => void network.subnets.push(subnet))
  })
  app.post('/networks/:id{[0-9]+}/actions/delete_subnet', async (c) => {
    const network = recordOf(cloud, 'networks', c)
    const { ip_range } = await readBody(c, z.object({ ip_range: z.string() }))
    const range = requireRange(ip_range, 'ip_range')
    if (!network.subnets.some((subnet) => subnet.ip_range === ip_range)) throw notFound('subnet')
    const inside = attachedTo(cloud, network).some(({ net }) => contains(range, requireRange(`${net.ip}/32`, 'ip')))
    if (inside) throw new ApiError(422, 'service_error', 'cannot remove subnet because servers are attached to it')
    return act(c, network, 'delete_subnet', () => {
      network.subnets = network.subnets.filter((subnet) => subnet.ip_range !== ip_range)
    })
  })
  app.post('/networks/:id{[0-9]+}/actions/add_route', async (c) => {
    const network = recordOf(cloud, 'networks', c)
    const route = await readBody(c, newRoute)
    requireRoute(network, route)
    return act(c, network, 'add_route', () => void network.routes.push(route))
  })
  app.post('/networks/:id{[0-9]+}/actions/delete_route', async (c) => {
    const network = recordOf(cloud, 'networks', c)
    const route = await readBody(c, newRoute)
    const isIt = (one: Route): boolean => one.destination === route.destination && one.gateway === route.gateway
    if (!network.routes.some(isIt)) throw notFound('route')
    return act(c, network, 'delete_route', () => {
      network.routes = network.routes.filter((one) => !isIt(one))
    })
  })
  app.post('/networks/:id{[0-9]+}/actions/change_ip_range', async (c) => {
    const network = recordOf(cloud, 'networks', c)
    const { ip_range } = await readBody(c, z.object({ ip_range: z.string() }))
    requireWider(network, ip_range)
    requireApart(cloud, network, ip_range)
    return act(c, network, 'change_ip_range', () => {
      network.ip_range = ip_range
    })
  })
  app.post('/networks/:id{[0-9]+}/actions/change_protection', async (c) => {
    const network = recordOf(cloud, 'networks', c)
    const body = await readBody(c, z.object({ delete: z.boolean() }))
    return act(c, network, 'change_protection', () => {
      network.protection = { delete: body.delete }
    })
  })
}
