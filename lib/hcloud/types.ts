/**
 * The objects of the Hetzner Cloud API v1 (state of 2026-07), with its own field names and only the fields we use.
 * Source: https://docs.hetzner.cloud/reference/cloud
 */
export type Labels = Readonly<Record<string, string>>

export interface Action {
  readonly id: number
  readonly command: string
  readonly status: 'running' | 'success' | 'error'
  /** Percent. */
  readonly progress: number
  readonly started: string
  readonly finished: string | null
  readonly resources: readonly { readonly id: number; readonly type: string }[]
  readonly error: { readonly code: string; readonly message: string } | null
}

interface Named {
  readonly id: number
  readonly name: string
}

interface Owned extends Named {
  readonly labels: Labels
  /** RFC 3339. */
  readonly created: string
}

export type Architecture = 'x86' | 'arm'

export interface Location extends Named {
  readonly description: string
  readonly country: string
  readonly city: string
  /** Networks reach across the locations of one zone, such as `eu-central`. */
  readonly network_zone: string
}

/** Decimal numbers as text, in the currency of `Pricing`. */
interface Price {
  readonly net: string
  readonly gross: string
}

interface LocationPrice {
  readonly location: string
  readonly price_hourly: Price
  readonly price_monthly: Price
}

interface Deprecation {
  readonly announced: string
  readonly unavailable_after: string
}

export interface ServerType extends Named {
  readonly description: string
  readonly cores: number
  /** Gigabytes. */
  readonly memory: number
  /** Gigabytes. */
  readonly disk: number
  readonly cpu_type: 'shared' | 'dedicated'
  readonly architecture: Architecture
  readonly prices: readonly LocationPrice[]
  /** A location not listed does not have this type; `available: false` means it cannot be ordered there now. */
  readonly locations: readonly (Named & {
    readonly deprecation: Deprecation | null
    readonly available: boolean
    readonly recommended: boolean
  })[]
}

export interface Image {
  readonly id: number
  /** null for snapshots. The same name exists once per architecture. */
  readonly name: string | null
  readonly description: string
  readonly type: 'system' | 'app' | 'snapshot' | 'backup'
  readonly status: 'available' | 'creating' | 'unavailable'
  readonly architecture: Architecture
  readonly os_flavor: string
  readonly os_version: string | null
  readonly deprecated: string | null
  /** Gigabytes; servers with a smaller disk cannot be made from it. */
  readonly disk_size: number
  /** Gigabytes that are paid for; null as long as that is not known, and for what is not one's own. */
  readonly image_size: number | null
  readonly labels: Labels
}

export interface CreateImageBody {
  readonly description: string
  readonly labels: Labels
}

export type ServerStatus =
  | 'initializing'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'off'
  | 'deleting'
  | 'rebuilding'
  | 'migrating'
  | 'unknown'

interface PrivateNet {
  /** Id of the network. */
  readonly network: number
  readonly ip: string
  readonly alias_ips: readonly string[]
  readonly mac_address: string
}

export interface Server extends Owned {
  readonly status: ServerStatus
  readonly locked: boolean
  readonly protection: { readonly delete: boolean; readonly rebuild: boolean }
  readonly server_type: ServerType
  readonly image: Image | null
  readonly location: Location
  readonly placement_group: PlacementGroup | null
  readonly public_net: {
    readonly ipv4: { readonly id: number; readonly ip: string; readonly dns_ptr: string } | null
    /** `ip` is the whole network, such as `2001:db8:0:1::/64`. */
    readonly ipv6: { readonly id: number; readonly ip: string } | null
    readonly floating_ips: readonly number[]
    readonly firewalls: readonly { readonly id: number; readonly status: 'applied' | 'pending' }[]
  }
  /** Empty until `attach_to_network` has succeeded. */
  readonly private_net: readonly PrivateNet[]
}

interface Subnet {
  readonly type: 'cloud' | 'server' | 'vswitch'
  readonly ip_range: string
  readonly network_zone: string
  /** First address of the whole network, for every subnet. */
  readonly gateway: string
}

export interface Network extends Owned {
  readonly ip_range: string
  readonly subnets: readonly Subnet[]
  /** Ids of the attached servers. */
  readonly servers: readonly number[]
  readonly protection: { readonly delete: boolean }
}

/** An allow-list entry on the public interface. No `in` rule drops everything inbound; one `out` rule makes outbound default-deny. */
export interface FirewallRule {
  readonly direction: 'in' | 'out'
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'esp' | 'gre'
  /** `53` or `1024-5000`; tcp and udp only. */
  readonly port?: string | null
  readonly source_ips?: readonly string[]
  readonly destination_ips?: readonly string[]
  readonly description?: string | null
}

type FirewallResource =
  | { readonly type: 'server'; readonly server: { readonly id: number } }
  | { readonly type: 'label_selector'; readonly label_selector: { readonly selector: string } }

export interface Firewall extends Owned {
  readonly rules: readonly FirewallRule[]
  readonly applied_to: readonly FirewallResource[]
}

export interface SshKey extends Owned {
  /** MD5, colon-separated, as `ssh-keygen -lE md5` prints it without the prefix. */
  readonly fingerprint: string
  readonly public_key: string
}

export interface PlacementGroup extends Owned {
  readonly type: 'spread'
  /** Ids; at most 10. */
  readonly servers: readonly number[]
}

export interface FloatingIp extends Owned {
  readonly description: string | null
  readonly type: 'ipv4' | 'ipv6'
  /** The address; of IPv6 the whole /64. */
  readonly ip: string
  /** Id of the server it leads to. */
  readonly server: number | null
  readonly home_location: Location
  readonly protection: { readonly delete: boolean }
}

export interface CreateServerBody {
  /** RFC 1123, unique in the Project. */
  readonly name: string
  readonly server_type: string
  readonly image: string | number
  readonly location?: string
  readonly start_after_create?: boolean
  readonly placement_group?: number
  readonly ssh_keys?: readonly (string | number)[]
  readonly networks?: readonly number[]
  readonly firewalls?: readonly { readonly firewall: number }[]
  /** At most 32 KiB. */
  readonly user_data?: string
  readonly labels?: Labels
  readonly public_net?: {
    readonly enable_ipv4?: boolean
    readonly enable_ipv6?: boolean
    readonly ipv4?: number | null
    readonly ipv6?: number | null
  }
}

type NewSubnet = Pick<Subnet, 'type' | 'network_zone'> & { readonly ip_range?: string }

export interface CreateNetworkBody {
  readonly name: string
  /** RFC 1918, at least a /24. */
  readonly ip_range: string
  readonly subnets?: readonly NewSubnet[]
  readonly labels?: Labels
}

export interface CreateFirewallBody {
  readonly name: string
  readonly rules?: readonly FirewallRule[]
  readonly apply_to?: readonly FirewallResource[]
  readonly labels?: Labels
}

export interface CreateSshKeyBody {
  readonly name: string
  readonly public_key: string
  readonly labels?: Labels
}

export interface CreatePlacementGroupBody {
  readonly name: string
  readonly type: 'spread'
  readonly labels?: Labels
}

export interface CreateFloatingIpBody {
  readonly name: string
  readonly type: 'ipv4' | 'ipv6'
  readonly home_location?: string
  /** Id; instead of `home_location`. */
  readonly server?: number
  readonly description?: string
  readonly labels?: Labels
}
