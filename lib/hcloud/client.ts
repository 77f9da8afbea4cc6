import { type Clock, systemClock } from '../clock.ts'
import { createActionWaiter, type WaitForActions } from './actions.ts'
import { createReader, type Reader } from './collection.ts'
import type { Connection } from './connection.ts'
import { verifyEndpoint, verifyToken } from './credentials.ts'
import { createFirewalls, type Firewalls } from './firewalls.ts'
import { createFloatingIps, type FloatingIps } from './floating-ips.ts'
import { createImages, type Images } from './images.ts'
import { createNetworks, type Networks } from './networks.ts'
import { createPlacementGroups, type PlacementGroups } from './placement-groups.ts'
import { withRetries } from './retry.ts'
import { createSend } from './send.ts'
import { createServers, type Servers } from './servers.ts'
import { createSshKeys, type SshKeys } from './ssh-keys.ts'
import type { Location, ServerType } from './types.ts'

export interface HcloudOptions {
  /** Such as `https://api.hetzner.cloud/v1`. Plain http is accepted on loopback only. */
  readonly endpoint: string
  readonly token: string
  readonly clock?: Clock
  /** Aborts every request and every wait. */
  readonly signal?: AbortSignal
  /** Of one try of one request; half a minute. */
  readonly timeoutMs?: number
  /** Told, as a sentence, whenever the client has to wait before it tries something again. */
  readonly onWait?: (text: string) => void
}

export interface Hcloud {
  readonly servers: Servers
  readonly networks: Networks
  readonly firewalls: Firewalls
  readonly sshKeys: SshKeys
  readonly placementGroups: PlacementGroups
  readonly floatingIps: FloatingIps
  readonly images: Images
  readonly locations: Reader<Location, { readonly name?: string }>
  readonly serverTypes: Reader<ServerType, { readonly name?: string }>
  readonly waitFor: WaitForActions
  /**
   * The API's own time in milliseconds since the Unix epoch, by its last answer: the one clock that all who use a project share.
   * Our own before there was an answer.
   */
  now(): number
}

/**
 * The Hetzner Cloud API v1, as far as we use it. Objects keep the API's own field names. What changes a running thing
 * resolves when the cloud is done with it. Every method throws `HcloudError` for a refusal or a missing answer, and
 * `ActionError` for an action that failed. The token is in no error and in no property of what is returned.
 * @throws InfraError with exit code 2 when endpoint or token cannot be right.
 */
export const createHcloud = (options: HcloudOptions): Hcloud => {
  const { clock = systemClock, timeoutMs = 30_000, signal, onWait } = options
  const effects = { ...(signal ? { signal } : {}), ...(onWait ? { onWait } : {}) }
  const endpoint = verifyEndpoint(options.endpoint)
  const token = verifyToken(options.token)
  let aheadMs = 0
  const onDate = (at: number): void => {
    aheadMs = at - clock.now()
  }
  const once = createSend({ endpoint, token, timeoutMs, onDate, ...effects })
  const send = withRetries(once, { clock, ...effects })
  const connection: Connection = { send, clock, waitFor: createActionWaiter(send, clock, signal), ...effects }
  return {
    servers: createServers(connection),
    networks: createNetworks(connection),
    firewalls: createFirewalls(connection),
    sshKeys: createSshKeys(connection),
    placementGroups: createPlacementGroups(connection),
    floatingIps: createFloatingIps(connection),
    images: createImages(connection),
    locations: createReader(connection, { many: 'locations', one: 'location' }),
    serverTypes: createReader(connection, { many: 'server_types', one: 'server_type' }),
    waitFor: connection.waitFor,
    now: () => clock.now() + aheadMs,
  }
}
