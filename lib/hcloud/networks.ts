import { createReader, type Reader } from './collection.ts'
import { type Connection, sendFor } from './connection.ts'
import { createNamed } from './create-or-adopt.ts'
import type { CreateNetworkBody, Network } from './types.ts'

export interface Networks extends Reader<Network> {
  create(body: CreateNetworkBody): Promise<Network>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#networks */
export const createNetworks = (connection: Connection): Networks => {
  const reader = createReader<Network>(connection, { many: 'networks', one: 'network' })
  return {
    ...reader,
    create: (body) =>
      createNamed(body, reader.find, () =>
        sendFor<Network>(connection, { method: 'POST', path: '/networks', body }, 'network'),
      ),
  }
}
