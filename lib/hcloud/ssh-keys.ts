import { createReader, createWriter, type Filter, type Reader, type Writer } from './collection.ts'
import { type Connection, sendFor } from './connection.ts'
import { createNamed } from './create-or-adopt.ts'
import type { CreateSshKeyBody, SshKey } from './types.ts'

interface SshKeyFilter extends Filter {
  /** MD5, as in `SshKey`. */
  readonly fingerprint?: string
}

export interface SshKeys extends Reader<SshKey, SshKeyFilter>, Writer<SshKey> {
  /** @throws HcloudError `uniqueness_error` also when the Project has the same key under another name. */
  create(body: CreateSshKeyBody): Promise<SshKey>
}

/** Source: https://docs.hetzner.cloud/reference/cloud#ssh-keys */
export const createSshKeys = (connection: Connection): SshKeys => {
  const spelling = { many: 'ssh_keys', one: 'ssh_key' }
  const reader = createReader<SshKey, SshKeyFilter>(connection, spelling)
  return {
    ...reader,
    ...createWriter<SshKey>(connection, spelling),
    create: (body) =>
      createNamed(body, reader.find, () =>
        sendFor<SshKey>(connection, { method: 'POST', path: '/ssh_keys', body }, 'ssh_key'),
      ),
  }
}
