import { waitFor } from '../clock.ts'
import { type Connection, sendAndWait, sendFor } from './connection.ts'
import { retryWhileLocked } from './locked.ts'
import type { Server } from './types.ts'

/** The action ends when the system has been asked; that it is off is seen at its status. */
const timeoutMs = 120_000

/**
 * Asks the system of a server to power off, and waits until it is.
 * Source: https://docs.hetzner.cloud/reference/cloud#server-actions-shutdown-a-server
 * @throws InfraError when it is not within two minutes.
 */
export const shutDown = async (connection: Connection, id: number): Promise<void> => {
  const ask = () => sendAndWait(connection, { method: 'POST', path: `/servers/${id}/actions/shutdown` }, 'action')
  await retryWhileLocked(connection, id, ask)
  await waitFor(
    `server ${id} to be off`,
    async () => {
      const { status } = await sendFor<Server>(connection, { method: 'GET', path: `/servers/${id}` }, 'server')
      return status === 'off' ? { done: undefined } : { seen: `status ${status}` }
    },
    { clock: connection.clock, everyMs: 500, timeoutMs, ...(connection.signal ? { signal: connection.signal } : {}) },
  )
}
