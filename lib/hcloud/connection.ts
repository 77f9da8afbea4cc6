import type { Clock } from '../clock.ts'
import type { WaitForActions } from './actions.ts'
import type { Call, Send } from './call.ts'
import { field } from './field.ts'
import type { Action } from './types.ts'

/** What every resource of the client works with. */
export interface Connection {
  readonly send: Send
  readonly clock: Clock
  readonly waitFor: WaitForActions
  readonly signal?: AbortSignal
  readonly onWait?: (text: string) => void
}

/** How long an action may take when the caller did not say; the slowest of them take seconds, unless the cloud is in trouble. */
export const actionTimeoutMs = 300_000

/** Sends, and takes the value under `key` out of the answer. */
export const sendFor = async <T>({ send }: Connection, call: Call, key: string): Promise<T> =>
  field<T>(call, await send(call), key)

/** Sends, and waits for the one action, or the list of them, that the answer holds. */
export const sendAndWait = async (connection: Connection, call: Call, key: 'action' | 'actions'): Promise<void> => {
  const started = await sendFor<Action | readonly Action[]>(connection, call, key)
  await connection.waitFor([started].flat(), { timeoutMs: actionTimeoutMs })
}
