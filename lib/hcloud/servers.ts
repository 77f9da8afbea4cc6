import { type Change, createReader, createWriter, type Filter, type Reader } from './collection.ts'
import { type Connection, sendAndWait } from './connection.ts'
import { createImage } from './create-image.ts'
import { createServerReady } from './create-server.ts'
import { deleteServer } from './delete-server.ts'
import { retryWhileLocked } from './locked.ts'
import { shutDown } from './shut-down.ts'
import type { CreateImageBody, CreateServerBody, Image, Server, ServerStatus } from './types.ts'

interface ServerFilter extends Filter {
  readonly status?: ServerStatus | readonly ServerStatus[]
}

export interface Servers extends Reader<Server, ServerFilter> {
  createReady(body: CreateServerBody, options: { readonly timeoutMs: number }): Promise<Server>
  /** Name and labels change at once; the host name inside does not. */
  update(id: number, change: Change): Promise<Server>
  delete(id: number): Promise<void>
  /** Of deletion and rebuild; the API wants both alike. */
  changeProtection(id: number, isProtected: boolean): Promise<void>
  /** Powers it off from inside. */
  shutDown(id: number): Promise<void>
  /** Of its disk; resolves when servers can be made from it. */
  createImage(id: number, body: CreateImageBody): Promise<Image>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#servers and #server-actions */
export const createServers = (connection: Connection): Servers => {
  const spelling = { many: 'servers', one: 'server' }
  return {
    ...createReader<Server, ServerFilter>(connection, spelling),
    createReady: (body, options) => createServerReady(connection, body, options),
    update: createWriter<Server>(connection, spelling).update,
    delete: (id) => deleteServer(connection, id),
    shutDown: (id) => shutDown(connection, id),
    createImage: (id, body) => createImage(connection, id, body),
    changeProtection: (id, on) =>
      act(connection, id, { action: 'change_protection', body: { delete: on, rebuild: on } }),
  }
}

const act = (
  connection: Connection,
  id: number,
  { action, body }: { readonly action: string; readonly body: unknown },
): Promise<void> =>
  retryWhileLocked(connection, id, () =>
    sendAndWait(connection, { method: 'POST', path: `/servers/${id}/actions/${action}`, body }, 'action'),
  )
