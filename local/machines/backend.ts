/**
 * What the emulated cloud asks of whatever makes its machines. Machines are identified by the server id of the API.
 * Every verb is idempotent: asked for a state that already holds, it does nothing. A verb resolves when the state is
 * reached (a started machine has begun to boot; that its sshd answers is for the client to find out).
 */
export interface Machines {
  /** As `--backend` names it, or `fake`. */
  readonly kind: string
  /** Lays out disk and network and the first boot's data; does not boot. */
  create(spec: MachineSpec): Promise<void>
  start(id: number): Promise<void>
  /** Asks the system inside to power off, and resolves when it has or after `timeoutMs` (default 20 s) cuts the power. */
  shutdown(id: number, options?: { readonly timeoutMs?: number }): Promise<void>
  /** Cuts the power. */
  stop(id: number): Promise<void>
  /** Removes machine, disk, network; unknown ids are fine. */
  destroy(id: number): Promise<void>
  state(id: number): Promise<MachineState>
  /** Every machine that has anything left on this computer, also after a crash. */
  list(): Promise<readonly number[]>
  attach(id: number, nic: PrivateNic): Promise<void>
  detach(id: number, networkId: number): Promise<void>
  /** Filters the public interface; `null` lets everything pass (no firewall attached). Replaces what was set before. */
  filter(id: number, rules: readonly FilterRule[] | null): Promise<void>
  /** Addresses routed to the machine besides its own (Floating IPs). Replaces what was set before. */
  route(id: number, addresses: readonly string[]): Promise<void>
  /** Copies the disk into an image other machines can be created from. */
  snapshot(id: number, image: string): Promise<{ readonly bytes: number }>
  removeSnapshot(image: string): Promise<void>
  setRootPassword(id: number, password: string): Promise<void>
  /** After the last machine: ends and removes what all of them used. */
  close(): Promise<void>
}

export type MachineState = 'running' | 'off' | 'absent'

export interface MachineSpec {
  readonly id: number
  /** Host name at first boot. */
  readonly name: string
  /** An image of the catalogue (`debian-12`) or the name given to `snapshot`. */
  readonly image: string
  readonly publicIpv4: string | null
  /** The host's own address in its /64, such as `2001:2:0:10a::1`. */
  readonly publicIpv6: string | null
  /** MAC address of the public interface, as the API advertises it. */
  readonly mac: string
  /** Lines for root's authorized_keys. */
  readonly authorizedKeys: readonly string[]
  /** Handed to cloud-init unchanged; empty for none. */
  readonly userData: string
}

export interface PrivateNic {
  readonly networkId: number
  /** The whole network, such as `10.0.0.0/16`; its first address is the gateway. */
  readonly networkRange: string
  readonly address: string
  readonly aliases: readonly string[]
  readonly mac: string
}

/** An allow-list entry, as in the API: stateful, public interface only. */
export interface FilterRule {
  readonly direction: 'in' | 'out'
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'esp' | 'gre'
  /** `53`, `1024-5000`, or null for all. */
  readonly port: string | null
  /** Peers: sources of `in`, destinations of `out`. */
  readonly peers: readonly string[]
}
