import type { Call } from './call.ts'
import { createReader, createWriter, type Reader, type Writer } from './collection.ts'
import { actionTimeoutMs, type Connection, sendAndWait } from './connection.ts'
import { createNamed } from './create-or-adopt.ts'
import { type HcloudErrorCode, isHcloudError } from './errors.ts'
import { field } from './field.ts'
import { retryWhileLocked } from './locked.ts'
import type { Action, CreateFirewallBody, Firewall, FirewallResource, FirewallRule } from './types.ts'

export interface Firewalls extends Reader<Firewall>, Writer<Firewall> {
  create(body: CreateFirewallBody): Promise<Firewall>
  /** Replaces all rules. */
  setRules(id: number, rules: readonly FirewallRule[]): Promise<void>
  /** A server that has the firewall already is done. */
  applyToServers(id: number, serverIds: readonly number[]): Promise<void>
  /** A server that does not have the firewall is done. */
  removeFromServers(id: number, serverIds: readonly number[]): Promise<void>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#firewalls and #firewall-actions */
export const createFirewalls = (connection: Connection): Firewalls => {
  const spelling = { many: 'firewalls', one: 'firewall' }
  const reader = createReader<Firewall>(connection, spelling)
  const writer = createWriter<Firewall>(connection, spelling)
  const act = (id: number, action: string, body: unknown): Promise<void> =>
    sendAndWait(connection, { method: 'POST', path: `/firewalls/${id}/actions/${action}`, body }, 'actions')
  return {
    ...reader,
    ...writer,
    create: (body) => createNamed(body, reader.find, () => create(connection, body)),
    delete: (id) => deleteOnceUnused(connection, () => writer.delete(id)),
    setRules: (id, rules) => act(id, 'set_rules', { rules }),
    applyToServers: (id, serverIds) =>
      oneByOne(connection, { serverIds, done: 'firewall_already_applied' }, (server) =>
        act(id, 'apply_to_resources', { apply_to: [server] }),
      ),
    removeFromServers: (id, serverIds) =>
      oneByOne(connection, { serverIds, done: 'firewall_resource_not_found' }, (server) =>
        act(id, 'remove_from_resources', { remove_from: [server] }),
      ),
  }
}

const create = async ({ send, waitFor }: Connection, body: CreateFirewallBody): Promise<Firewall> => {
  const call: Call = { method: 'POST', path: '/firewalls', body }
  const answer = await send(call)
  await waitFor(field<readonly Action[]>(call, answer, 'actions'), { timeoutMs: actionTimeoutMs })
  return field<Firewall>(call, answer, 'firewall')
}

/** Asked for several servers at once, the API refuses all of them when one is done already. */
const oneByOne = async (
  connection: Connection,
  { serverIds, done }: { readonly serverIds: readonly number[]; readonly done: HcloudErrorCode },
  change: (server: FirewallResource) => Promise<void>,
): Promise<void> => {
  for (const id of serverIds) {
    await retryWhileLocked(connection, { serverId: id }, () => change({ type: 'server', server: { id } })).catch(
      (error: unknown) => {
        if (!isHcloudError(error, done)) throw error
      },
    )
  }
}

const maxDeleteTries = 10

/** Servers deleted a moment ago still count as users. */
const deleteOnceUnused = async ({ clock, signal, onWait }: Connection, remove: () => Promise<void>): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await remove()
    } catch (error) {
      if (attempt === maxDeleteTries || !isHcloudError(error, 'resource_in_use')) throw error
      onWait?.(error.message)
      await clock.sleep(Math.min(10_000, 1000 * 2 ** (attempt - 1)), signal)
    }
  }
}
