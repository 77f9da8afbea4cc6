import type { Context, Hono } from 'hono'
import { z } from 'zod'
import { contains, firstAddressOf, freeSubnet, overlaps, parseRange, type Range } from './addresses.ts'
import { labels, nameAndLabels, readBody, resourceName } from './body.ts'
import { locations } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { ApiError, invalidInput, notFound, requireUnprotected } from './errors.ts'
import type { NetworkRecord, Subnet } from './state.ts'
import { recordOf } from './tables.ts'
import { viewNetwork } from './views.ts'

const newSubnet = z.object({
  type: z.enum(['cloud', 'server', 'vswitch']),
  network_zone: z.enum([...new Set(locations.map((location) => location.network_zone))]),
  ip_range: z.string().nullish(),
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

const requireRange = (text: string, field: string): Range => {
  const range = parseRange(text)
  if (!range) throw invalidInput(field, 'must be an IPv4 network')
  return range
}

const isPrivate = (range: Range): boolean =>
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].some((outer) => contains(requireRange(outer, 'ip_range'), range))

const requireNetworkRange = (text: string): Range => {
  const range = requireRange(text, 'ip_range')
  if (!isPrivate(range) || range.last - range.first < 255)
    throw invalidInput('ip_range', 'must be a private network of at least /24')
  return range
}

const placeSubnet = (
  network: Pick<NetworkRecord, 'ip_range' | 'subnets'>,
  wanted: z.output<typeof newSubnet>,
): Subnet => {
  const outer = requireNetworkRange(network.ip_range)
  const taken = network.subnets.map((subnet) => requireRange(subnet.ip_range, 'ip_range'))
  const ip_range = wanted.ip_range || freeSubnet(outer, taken)
  if (!ip_range) throw invalidInput('ip_range', 'the network has no room for another subnet')
  const range = requireRange(ip_range, 'ip_range')
  if (!contains(outer, range)) throw invalidInput('ip_range', 'must be within the network')
  if (taken.some((other) => overlaps(other, range))) throw invalidInput('ip_range', 'overlaps with another subnet')
  // every subnet has the gateway of the whole network
  return { type: wanted.type, ip_range, network_zone: wanted.network_zone, gateway: firstAddressOf(network.ip_range) }
}

const attachedTo = ({ store }: Cloud, network: NetworkRecord) =>
  Object.values(store.state.servers).flatMap((server) =>
    server.private_net.filter((one) => one.network === network.id).map((net) => ({ server, net })),
  )

const networks: Collection<'networks', z.output<typeof creation>> = {
  table: 'networks',
  view: viewNetwork,
  change: z.object({ ...nameAndLabels, expose_routes_to_vswitch: z.boolean().nullish() }),
  creation: {
    body: creation,
    draft: (_, { name, ip_range, subnets, routes, expose_routes_to_vswitch }) => {
      requireNetworkRange(ip_range)
      const placed: Subnet[] = []
      for (const subnet of subnets ?? []) placed.push(placeSubnet({ ip_range, subnets: placed }, subnet))
      return {
        name,
        ip_range,
        subnets: placed,
        routes: routes ?? [],
        protection: { delete: false },
        expose_routes_to_vswitch: expose_routes_to_vswitch ?? false,
      }
    },
  },
  requireDeletable: (_, network) => requireUnprotected('network', network),
  remove: async (cloud, network) => {
    for (const { server } of attachedTo(cloud, network)) {
      await cloud.machines.detach(server.id, network.id)
      server.private_net = server.private_net.filter((one) => one.network !== network.id)
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
    return act(c, network, 'add_route', () => void network.routes.push(route))
  })
  app.post('/networks/:id{[0-9]+}/actions/delete_route', async (c) => {
    const network = recordOf(cloud, 'networks', c)
    const route = await readBody(c, newRoute)
    return act(c, network, 'delete_route', () => {
      network.routes = network.routes.filter(
        (one) => one.destination !== route.destination || one.gateway !== route.gateway,
      )
    })
  })
  app.post('/networks/:id{[0-9]+}/actions/change_ip_range', async (c) => {
    const network = recordOf(cloud, 'networks', c)
    const { ip_range } = await readBody(c, z.object({ ip_range: z.string() }))
    if (!contains(requireNetworkRange(ip_range), requireNetworkRange(network.ip_range)))
      throw invalidInput('ip_range', 'can only be widened')
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
