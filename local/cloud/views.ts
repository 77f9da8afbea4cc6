import { hostAddressOf } from './addresses.ts'
import { datacenters, locations, serverType, systemImages } from './catalogue.ts'
import type { Cloud } from './cloud.ts'
import { firewallsOn, serversOf } from './firewall-state.ts'
import type {
  FirewallRecord,
  FloatingIpRecord,
  ImageRecord,
  NetworkRecord,
  PlacementGroupRecord,
  PrimaryIpRecord,
  ServerRecord,
} from './state.ts'

// What is stored becomes what the API answers; relations are looked up here, so they are stored once.

const locationOf = (name: string) => locations.find((one) => one.name === name)
const datacenterOf = ({ hasDatacenters }: Cloud, location: string) =>
  hasDatacenters ? { datacenter: datacenters().find((one) => one.location.name === location) } : {}

export const viewServer = (cloud: Cloud, server: ServerRecord) => {
  const { state } = cloud.store
  const type = serverType(server.server_type, cloud.faults.isSoldOut)
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    created: server.created,
    labels: server.labels,
    locked: cloud.actions.runningOn('server', server.id).length > 0,
    iso: null,
    rescue_enabled: false,
    backup_window: server.backup_window ?? null,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: 21_990_232_555_520,
    primary_disk_size: server.disk ?? type?.disk ?? 0,
    protection: server.protection,
    volumes: [],
    load_balancers: [],
    server_type: type,
    image: viewImageById(cloud, server.image),
    location: locationOf(server.location),
    placement_group: viewGroupById(cloud, server.placement_group),
    public_net: viewPublicNet(cloud, server),
    private_net: server.private_net.filter(({ network, pending }) => network in state.networks && !pending),
    ...datacenterOf(cloud, server.location),
  }
}

const viewPublicNet = (cloud: Cloud, server: ServerRecord) => {
  const { state } = cloud.store
  const ipv4 = server.primary_ips.ipv4 === null ? undefined : state.primary_ips[server.primary_ips.ipv4]
  const ipv6 = server.primary_ips.ipv6 === null ? undefined : state.primary_ips[server.primary_ips.ipv6]
  const applying = cloud.actions
    .runningOn('server', server.id)
    .filter(({ command }) => command === 'apply_firewall')
    .flatMap(({ resources }) => resources)
  const isPending = (firewall: number): boolean =>
    applying.some(({ id, type }) => type === 'firewall' && id === firewall)
  return {
    ipv4: ipv4
      ? { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: ipv4.dns_ptr[0]?.dns_ptr ?? reverseOf(ipv4.ip) }
      : null,
    ipv6: ipv6 ? { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: ipv6.dns_ptr } : null,
    floating_ips: Object.values(state.floating_ips)
      .filter((one) => one.server === server.id)
      .map((one) => one.id),
    firewalls: firewallsOn(state, server).map(({ id }) => ({ id, status: isPending(id) ? 'pending' : 'applied' })),
  }
}

const reverseOf = (ip: string): string => `static.${ip.split('.').reverse().join('.')}.clients.your-server.de`

export const viewNetwork = ({ store }: Cloud, network: NetworkRecord) => ({
  ...network,
  servers: Object.values(store.state.servers)
    .filter((server) => server.private_net.some((one) => one.network === network.id && !one.pending))
    .map(({ id }) => id),
  load_balancers: [],
})

export const viewFirewall = ({ store: { state } }: Cloud, { selectors, ...firewall }: FirewallRecord) => ({
  ...firewall,
  applied_to: [
    ...Object.values(state.servers)
      .filter((server) => server.firewalls.includes(firewall.id))
      .map(({ id }) => ({ type: 'server', server: { id } })),
    ...selectors.map((selector) => ({
      type: 'label_selector',
      label_selector: { selector },
      applied_to_resources: serversOf(state, selector).map(({ id }) => ({ type: 'server', server: { id } })),
    })),
  ],
})

export const viewGroup = ({ store }: Cloud, group: PlacementGroupRecord) => ({
  ...group,
  servers: Object.values(store.state.servers)
    .filter((server) => server.placement_group === group.id)
    .map(({ id }) => id),
})

const viewGroupById = (cloud: Cloud, id: number | null) => {
  const group = id === null ? undefined : cloud.store.state.placement_groups[id]
  return group ? viewGroup(cloud, group) : null
}

export const viewImage = (image: ImageRecord) => ({
  ...image,
  name: null,
  os_flavor: 'debian',
  os_version: '12',
  rapid_deploy: false,
  deprecated: null,
  deleted: null,
})

const viewImageById = ({ store }: Cloud, id: number | null) => {
  const image = id === null ? undefined : store.state.images[id]
  return image ? viewImage(image) : (systemImages.find((one) => one.id === id) ?? null)
}

export const allImages = ({ store }: Cloud) => [...systemImages, ...Object.values(store.state.images).map(viewImage)]

export const viewPrimaryIp = (cloud: Cloud, { location, ...ip }: PrimaryIpRecord) => ({
  ...ip,
  blocked: false,
  assignee_type: cloud.hasDatacenters || ip.assignee_id !== null ? 'server' : 'unassigned',
  location: locationOf(location),
  dns_ptr: reverseNamesOf(ip),
  ...datacenterOf(cloud, location),
})

/** Every IPv4 address has one, if only the usual. */
const reverseNamesOf = ({ type, ip, dns_ptr }: Pick<PrimaryIpRecord, 'type' | 'ip' | 'dns_ptr'>) =>
  dns_ptr.length > 0 || type === 'ipv6' ? dns_ptr : [{ ip, dns_ptr: reverseOf(ip) }]

export const viewFloatingIp = ({ home_location, ...ip }: FloatingIpRecord) => ({
  ...ip,
  dns_ptr: reverseNamesOf(ip),
  blocked: false,
  home_location: locationOf(home_location),
})

/** What the machine is told of its address: floating IPv6 networks are routed whole, their first address is the usual one. */
export const routedAddress = ({ type, ip }: FloatingIpRecord): string => (type === 'ipv4' ? ip : hostAddressOf(ip))
