import { createReader, type Reader } from './collection.ts'
import { type Connection, sendFor } from './connection.ts'
import { createNamed } from './create-or-adopt.ts'
import type { CreateSshKeyBody, SshKey } from './types.ts'

export interface SshKeys extends Reader<SshKey> {
  /** @throws HcloudError `uniqueness_error` also when the Project has the same key under another name. */
  create(body: CreateSshKeyBody): Promise<SshKey>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#ssh-keys */
export const createSshKeys = (connection: Connection): SshKeys => {
  const reader = createReader<SshKey>(connection, { many: 'ssh_keys', one: 'ssh_key' })
  return {
    ...reader,
    create: (body) =>
      createNamed(body, reader.find, () =>
        sendFor<SshKey>(connection, { method: 'POST', path: '/ssh_keys', body }, 'ssh_key'),
      ),
  }
}
