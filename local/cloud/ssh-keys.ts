import { createHash } from 'node:crypto'
import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, nameAndLabels, resourceName } from './body.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { invalidInput, notUnique } from './errors.ts'

const creation = z.object({ name: resourceName, public_key: z.string(), labels })
/** MD5 of the key blob in pairs of hexadecimal digits, as `ssh-keygen -lE md5` prints it. */
const fingerprintOf = (publicKey: string): string => {
  const [type = '', blob = ''] = publicKey.trim().split(/\s+/)
  const bytes = Buffer.from(blob, 'base64')
  if (bytes.length < 16 || !bytes.subarray(4).toString('latin1').startsWith(type)) {
    throw invalidInput('public_key', 'unable to parse public key')
  }
  return (createHash('md5').update(bytes).digest('hex').match(/../g) ?? []).join(':')
}

const sshKeys: Collection<'ssh_keys', z.output<typeof creation>> = {
  table: 'ssh_keys',
  filters: { fingerprint: null },
  sorts: ['id', 'name'],
  change: z.object(nameAndLabels),
  creation: {
    body: creation,
    draft: ({ store }, { name, public_key }) => {
      const fingerprint = fingerprintOf(public_key)
      if (Object.values(store.state.ssh_keys).some((key) => key.fingerprint === fingerprint)) {
        throw notUnique('SSH key with the same fingerprint already exists', 'public_key')
      }
      return { name, fingerprint, public_key }
    },
  },
}

export const addSshKeys = (app: Hono, cloud: Cloud): void => addCollection(app, cloud, sshKeys)
