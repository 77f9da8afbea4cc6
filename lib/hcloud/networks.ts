import { createReader, createWriter, type Reader, type Writer } from './collection.ts'
import { type Connection, sendAndWait, sendFor } from './connection.ts'
import { createNamed } from './create-or-adopt.ts'
import type { CreateNetworkBody, Network, NewSubnet } from './types.ts'

export interface Networks extends Reader<Network>, Writer<Network> {
  create(body: CreateNetworkBody): Promise<Network>
  addSubnet(id: number, subnet: NewSubnet): Promise<void>
  changeProtection(id: number, isProtected: boolean): Promise<void>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#networks */
export const createNetworks = (connection: Connection): Networks => {
  const spelling = { many: 'networks', one: 'network' }
  const reader = createReader<Network>(connection, spelling)
  const act = (id: number, action: string, body: unknown): Promise<void> =>
    sendAndWait(connection, { method: 'POST', path: `/networks/${id}/actions/${action}`, body }, 'action')
  return {
    ...reader,
    ...createWriter<Network>(connection, spelling),
    create: (body) =>
      createNamed(body, reader.find, () =>
        sendFor<Network>(connection, { method: 'POST', path: '/networks', body }, 'network'),
      ),
    addSubnet: (id, subnet) => act(id, 'add_subnet', subnet),
    changeProtection: (id, on) => act(id, 'change_protection', { delete: on }),
  }
}
