import { type Change, createReader, createWriter, type Filter, type Reader, unlessGone } from './collection.ts'
import { type Connection, sendAndWait } from './connection.ts'
import { type CreatedServer, createServer, createServerReady } from './create-server.ts'
import { deleteServer } from './delete-server.ts'
import { type HcloudErrorCode, isHcloudError } from './errors.ts'
import { listServerActions, retryWhileLocked } from './locked.ts'
import type { Action, CreateServerBody, Server, ServerStatus } from './types.ts'

interface ServerFilter extends Filter {
  readonly status?: ServerStatus | readonly ServerStatus[]
}

export interface Servers extends Reader<Server, ServerFilter> {
  actions(id: number, filter?: { readonly status?: Action['status'] }): Promise<Action[]>
  create(body: CreateServerBody): Promise<CreatedServer>
  createReady(body: CreateServerBody, options: { readonly timeoutMs: number }): Promise<Server>
  /** Name and labels change at once; the host name inside does not. */
  update(id: number, change: Change): Promise<Server>
  delete(id: number): Promise<void>
  /** Of deletion and rebuild; the API wants both alike. */
  changeProtection(id: number, isProtected: boolean): Promise<void>
  powerOn(id: number): Promise<void>
  /** Cuts the power. */
  powerOff(id: number): Promise<void>
  /** Asks the system inside; cuts the power when it is not off after `timeoutMs` (a minute). */
  shutdown(id: number, options?: { readonly timeoutMs?: number }): Promise<void>
  /** Asks the system inside; done when it has been asked. */
  reboot(id: number): Promise<void>
  attachToNetwork(id: number, attachment: { readonly network: number; readonly ip?: string }): Promise<void>
  detachFromNetwork(id: number, attachment: { readonly network: number }): Promise<void>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#servers and #server-actions */
export const createServers = (connection: Connection): Servers => {
  const spelling = { many: 'servers', one: 'server' }
  const reader = createReader<Server, ServerFilter>(connection, spelling)
  const perform = (id: number, action: string, options?: ActOptions) => act(connection, { id, action }, options)
  return {
    ...reader,
    actions: (id, filter) => listServerActions(connection, id, filter),
    create: (body) => createServer(connection, body),
    createReady: (body, options) => createServerReady(connection, body, options),
    update: createWriter<Server>(connection, spelling).update,
    delete: (id) => deleteServer(connection, id),
    changeProtection: (id, on) => perform(id, 'change_protection', { body: { delete: on, rebuild: on } }),
    powerOn: (id) => perform(id, 'poweron'),
    powerOff: (id) => perform(id, 'poweroff'),
    shutdown: async (id, { timeoutMs = 60_000 } = {}) => {
      await perform(id, 'shutdown')
      // the action ends when the system has been asked
      if (!(await isOffWithin(connection, timeoutMs, () => reader.get(id)))) await perform(id, 'poweroff')
    },
    reboot: (id) => perform(id, 'reboot'),
    attachToNetwork: async (id, body) => {
      const alsoOn = ['conflict', 'service_error', 'no_subnet_available'] as const
      await unlessAlready('server_already_attached', () => perform(id, 'attach_to_network', { body, alsoOn }))
    },
    detachFromNetwork: async (id, body) => {
      const alsoOn = ['conflict', 'service_error'] as const
      await unlessGone(() => perform(id, 'detach_from_network', { body, alsoOn }))
    },
  }
}

interface ActOptions {
  readonly body?: unknown
  readonly alsoOn?: readonly HcloudErrorCode[]
}

const act = (
  connection: Connection,
  { id, action }: { readonly id: number; readonly action: string },
  { body, alsoOn = [] }: ActOptions = {},
): Promise<void> =>
  retryWhileLocked(connection, { serverId: id, alsoOn }, () =>
    sendAndWait(connection, { method: 'POST', path: `/servers/${id}/actions/${action}`, body }, 'action'),
  )

const unlessAlready = async (code: HcloudErrorCode, change: () => Promise<void>): Promise<void> => {
  try {
    await change()
  } catch (error) {
    if (!isHcloudError(error, code)) throw error
  }
}

const isOffWithin = async (
  { clock, signal }: Connection,
  timeoutMs: number,
  get: () => Promise<Server>,
): Promise<boolean> => {
  const deadline = clock.now() + timeoutMs
  while ((await get()).status !== 'off') {
    if (clock.now() >= deadline) return false
    await clock.sleep(1000, signal)
  }
  return true
}
