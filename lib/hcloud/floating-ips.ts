import type { Call } from './call.ts'
import { createReader, createWriter, type Reader, type Writer } from './collection.ts'
import { actionTimeoutMs, type Connection, sendAndWait } from './connection.ts'
import { createNamed } from './create-or-adopt.ts'
import { isHcloudError } from './errors.ts'
import { actionsIfAny, field } from './field.ts'
import { retryWhileLocked } from './locked.ts'
import type { CreateFloatingIpBody, FloatingIp } from './types.ts'

export interface FloatingIps extends Reader<FloatingIp>, Writer<FloatingIp> {
  create(body: CreateFloatingIpBody): Promise<FloatingIp>
  /** Leads the address to a server, away from where it led before; the system inside must have it configured itself. */
  assign(id: number, serverId: number): Promise<void>
  unassign(id: number): Promise<void>
  changeProtection(id: number, isProtected: boolean): Promise<void>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#floating-ips and #floating-ip-actions */
export const createFloatingIps = (connection: Connection): FloatingIps => {
  const spelling = { many: 'floating_ips', one: 'floating_ip' }
  const reader = createReader<FloatingIp>(connection, spelling)
  const act = (id: number, action: string, body?: unknown): Promise<void> =>
    sendAndWait(connection, { method: 'POST', path: `/floating_ips/${id}/actions/${action}`, body }, 'action')
  const assign = (id: number, server: number): Promise<void> =>
    retryWhileLocked(connection, server, () => act(id, 'assign', { server }))
  return {
    ...reader,
    ...createWriter<FloatingIp>(connection, spelling),
    create: (body) => createNamed(body, reader.find, () => create(connection, body, reader.get)),
    assign: async (id, server) => {
      try {
        await assign(id, server)
      } catch (error) {
        if (!isHcloudError(error, 'floating_ip_assigned')) throw error
        if ((await reader.get(id)).server === server) return
        await act(id, 'unassign')
        await assign(id, server)
      }
    },
    unassign: async (id) => {
      if ((await reader.get(id)).server !== null) await act(id, 'unassign')
    },
    changeProtection: (id, on) => act(id, 'change_protection', { delete: on }),
  }
}

const create = async (
  { send, waitFor }: Connection,
  body: CreateFloatingIpBody,
  get: (id: number) => Promise<FloatingIp>,
): Promise<FloatingIp> => {
  const call: Call = { method: 'POST', path: '/floating_ips', body }
  const answer = await send(call)
  const created = field<FloatingIp>(call, answer, 'floating_ip')
  const actions = actionsIfAny(answer)
  if (actions.length === 0) return created
  await waitFor(actions, { timeoutMs: actionTimeoutMs })
  return get(created.id)
}
