import type { Call } from './call.ts'
import { createReader, type Reader } from './collection.ts'
import { actionTimeoutMs, type Connection, sendAndWait } from './connection.ts'
import { createNamed } from './create-or-adopt.ts'
import { field } from './field.ts'
import type { Action, CreateFirewallBody, Firewall, FirewallRule } from './types.ts'

export interface Firewalls extends Reader<Firewall> {
  create(body: CreateFirewallBody): Promise<Firewall>
  /** Replaces all rules. */
  setRules(id: number, rules: readonly FirewallRule[]): Promise<void>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#firewalls and #firewall-actions */
export const createFirewalls = (connection: Connection): Firewalls => {
  const reader = createReader<Firewall>(connection, { many: 'firewalls', one: 'firewall' })
  return {
    ...reader,
    create: (body) => createNamed(body, reader.find, () => create(connection, body)),
    setRules: (id, rules) =>
      sendAndWait(
        connection,
        { method: 'POST', path: `/firewalls/${id}/actions/set_rules`, body: { rules } },
        'actions',
      ),
  }
}

const create = async ({ send, waitFor }: Connection, body: CreateFirewallBody): Promise<Firewall> => {
  const call: Call = { method: 'POST', path: '/firewalls', body }
  const answer = await send(call)
  await waitFor(field<readonly Action[]>(call, answer, 'actions'), { timeoutMs: actionTimeoutMs })
  return field<Firewall>(call, answer, 'firewall')
}
