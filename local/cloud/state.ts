import type { FilterRule } from '../machines/backend.ts'

export type Labels = Record<string, string>

interface Owned {
  readonly id: number
  name: string
  labels: Labels
  readonly created: string
}

export interface ActionRecord {
  readonly id: number
  readonly command: string
  status: 'running' | 'success' | 'error'
  progress: number
  readonly started: string
  finished: string | null
  readonly resources: readonly { readonly id: number; readonly type: string }[]
  error: { readonly code: string; readonly message: string } | null
}

export interface PrivateNetRecord {
  readonly network: number
  readonly ip: string
  readonly alias_ips: string[]
  readonly mac_address: string
  /** The address is taken, the interface not there yet. */
  pending?: boolean
}

type ServerStatus = 'initializing' | 'starting' | 'running' | 'stopping' | 'off' | 'deleting' | 'rebuilding'

export interface ServerRecord extends Owned {
  status: ServerStatus
  server_type: string
  /** Gigabytes, where the disk is not as large as that of the type. */
  disk?: number
  backup_window?: string | null
  image: number | null
  location: string
  placement_group: number | null
  protection: { delete: boolean; rebuild: boolean }
  primary_ips: { ipv4: number | null; ipv6: number | null }
  private_net: PrivateNetRecord[]
  /** Attached to the server itself; label selectors come on top. */
  firewalls: number[]
  readonly mac: string
  user_data: string
  readonly ssh_keys: readonly string[]
}

export interface Subnet {
  readonly type: 'cloud' | 'server' | 'vswitch'
  readonly ip_range: string
  readonly network_zone: string
  readonly gateway: string
  readonly vswitch_id?: number
}

export interface Route {
  readonly destination: string
  readonly gateway: string
}

export interface NetworkRecord extends Owned {
  ip_range: string
  subnets: Subnet[]
  routes: Route[]
  protection: { delete: boolean }
  expose_routes_to_vswitch: boolean
}

export interface RuleRecord {
  readonly direction: FilterRule['direction']
  readonly protocol: FilterRule['protocol']
  readonly port: string | null
  readonly source_ips: readonly string[]
  readonly destination_ips: readonly string[]
  readonly description: string | null
}

export interface FirewallRecord extends Owned {
  rules: readonly RuleRecord[]
  selectors: string[]
}

interface SshKeyRecord extends Owned {
  readonly fingerprint: string
  readonly public_key: string
}

export interface PlacementGroupRecord extends Owned {
  readonly type: 'spread'
}

export interface ImageRecord {
  readonly id: number
  type: 'snapshot' | 'backup'
  status: 'creating' | 'available'
  description: string
  labels: Labels
  readonly created: string
  readonly created_from: { readonly id: number; readonly name: string }
  bound_to: number | null
  readonly disk_size: number
  image_size: number | null
  readonly architecture: 'x86' | 'arm'
  protection: { delete: boolean }
}

export interface PrimaryIpRecord extends Owned {
  readonly type: 'ipv4' | 'ipv6'
  readonly ip: string
  readonly location: string
  assignee_id: number | null
  auto_delete: boolean
  dns_ptr: { readonly ip: string; readonly dns_ptr: string }[]
  protection: { delete: boolean }
}

export interface FloatingIpRecord extends Owned {
  description: string
  readonly type: 'ipv4' | 'ipv6'
  readonly ip: string
  readonly home_location: string
  server: number | null
  dns_ptr: { readonly ip: string; readonly dns_ptr: string }[]
  protection: { delete: boolean }
}

type Table<T> = Record<number, T>

/** Everything the cloud remembers; plain JSON. */
export interface State {
  nextId: number
  nextActionId: number
  servers: Table<ServerRecord>
  networks: Table<NetworkRecord>
  firewalls: Table<FirewallRecord>
  ssh_keys: Table<SshKeyRecord>
  placement_groups: Table<PlacementGroupRecord>
  images: Table<ImageRecord>
  primary_ips: Table<PrimaryIpRecord>
  floating_ips: Table<FloatingIpRecord>
  actions: Table<ActionRecord>
}

export type TableName = Exclude<keyof State, 'nextId' | 'nextActionId'>

export const emptyState = (): State => ({
  nextId: 130_000_000,
  // as long as live ones, beyond 32 bits: that catches clients that are not
  nextActionId: 606_028_482_673_000,
  servers: {},
  networks: {},
  firewalls: {},
  ssh_keys: {},
  placement_groups: {},
  images: {},
  primary_ips: {},
  floating_ips: {},
  actions: {},
})

export const tableNames = Object.keys(emptyState()).filter((name): name is TableName => !name.startsWith('next'))
