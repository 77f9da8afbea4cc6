import { retry } from '../outside/retry.ts'
import { unlessGone } from './collection.ts'
import { actionTimeoutMs, type Connection } from './connection.ts'
import { ActionError, type HcloudError, isHcloudError } from './errors.ts'
import { listAll } from './paging.ts'
import type { Action } from './types.ts'

/**
 * Makes a change to a server that may be busy. On `locked` waits for whatever the server is doing, or else 1 s, 2 s, 4 s, 8 s, and
 * tries again. Five tries, as terraform-provider-hcloud does.
 */
export const retryWhileLocked = <T>(connection: Connection, serverId: number, change: () => Promise<T>): Promise<T> =>
  retry(change, {
    retries: 4,
    isRetried: (error): error is HcloudError => isHcloudError(error, 'locked'),
    wait: async (error, attempt) => {
      connection.onWait?.(`server ${serverId} is busy: ${error.message}`)
      const waited = await outwaitServer(connection, serverId)
      if (!waited) await connection.clock.sleep(1000 * 2 ** attempt, connection.signal)
    },
  })

/** Waits for the server's running actions; false when there were none. Whether they succeed is their caller's business. */
const outwaitServer = async (connection: Connection, serverId: number): Promise<boolean> => {
  const running = (await unlessGone(() => listServerActions(connection, serverId, { status: 'running' }))) ?? []
  await connection.waitFor(running, { timeoutMs: actionTimeoutMs }).catch((error: unknown) => {
    if (!(error instanceof ActionError)) throw error
  })
  return running.length > 0
}

export const listServerActions = (
  { send }: Connection,
  serverId: number,
  filter: { readonly status?: Action['status'] } = {},
): Promise<Action[]> => listAll<Action>(send, `/servers/${serverId}/actions`, 'actions', filter)
