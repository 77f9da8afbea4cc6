import { waitFor } from '../clock.ts'
import { unlessGone } from './collection.ts'
import { actionTimeoutMs, type Connection, sendAndWait, sendFor } from './connection.ts'
import { retryWhileLocked } from './locked.ts'
import type { Server } from './types.ts'

/**
 * Deletes a server and waits until the API no longer shows it, so that name and addresses are free again. A server that
 * is not there is done.
 * @throws HcloudError `protected` while its protection is on.
 */
export const deleteServer = async (connection: Connection, id: number): Promise<void> => {
  const remove = () => sendAndWait(connection, { method: 'DELETE', path: `/servers/${id}` }, 'action')
  await unlessGone(() => retryWhileLocked(connection, id, remove))
  await waitFor(`server ${id} to be gone`, () => isGone(connection, id), {
    clock: connection.clock,
    everyMs: 500,
    timeoutMs: actionTimeoutMs,
    ...(connection.signal ? { signal: connection.signal } : {}),
  })
}

const isGone = async (connection: Connection, id: number) => {
  const call = { method: 'GET', path: `/servers/${id}` } as const
  const server = await unlessGone(() => sendFor<Server>(connection, call, 'server'))
  return server === undefined ? { done: undefined } : { seen: `status ${server.status}` }
}
