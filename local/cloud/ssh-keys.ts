import { createHash } from 'node:crypto'
import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, readBody, resourceName } from './body.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { invalidInput, notUnique } from './errors.ts'
import { paged, selected } from './listing.ts'
import { recordOf, requireFreeName } from './tables.ts'

const creation = z.object({ name: resourceName, public_key: z.string(), labels })
const change = z.object({ name: resourceName.optional(), labels })

/** MD5 of the key blob in pairs of hexadecimal digits, as `ssh-keygen -lE md5` prints it. */
const fingerprintOf = (publicKey: string): string => {
  const [type = '', blob = ''] = publicKey.trim().split(/\s+/)
  const bytes = Buffer.from(blob, 'base64')
  if (bytes.length < 16 || !bytes.subarray(4).toString('latin1').startsWith(type)) {
    throw invalidInput('public_key', 'unable to parse public key')
  }
  return (createHash('md5').update(bytes).digest('hex').match(/../g) ?? []).join(':')
}

export const addSshKeys = (app: Hono, cloud: Cloud): void => {
  const { store } = cloud
  app.get('/ssh_keys', (c) => paged(c, 'ssh_keys', selected(c, Object.values(store.state.ssh_keys), ['fingerprint'])))
  app.get('/ssh_keys/:id{[0-9]+}', (c) => c.json({ ssh_key: recordOf(cloud, 'ssh_keys', c) }))
  app.post('/ssh_keys', async (c) => {
    const body = await readBody(c, creation)
    const fingerprint = fingerprintOf(body.public_key)
    requireFreeName(cloud, 'ssh_keys', body.name)
    if (Object.values(store.state.ssh_keys).some((key) => key.fingerprint === fingerprint)) {
      throw notUnique('SSH key with the same fingerprint already exists', 'public_key')
    }
    const key = {
      id: store.nextId(),
      name: body.name,
      fingerprint,
      public_key: body.public_key,
      labels: body.labels ?? {},
      created: nowOf(cloud),
    }
    store.state.ssh_keys[key.id] = key
    store.save()
    return c.json({ ssh_key: key }, 201)
  })
  app.put('/ssh_keys/:id{[0-9]+}', async (c) => {
    const key = recordOf(cloud, 'ssh_keys', c)
    const body = await readBody(c, change)
    if (body.name !== undefined) {
      requireFreeName(cloud, 'ssh_keys', body.name, key.id)
      key.name = body.name
    }
    if (body.labels) key.labels = body.labels
    store.save()
    return c.json({ ssh_key: key })
  })
  app.delete('/ssh_keys/:id{[0-9]+}', (c) => {
    delete store.state.ssh_keys[recordOf(cloud, 'ssh_keys', c).id]
    store.save()
    return c.body(null, 204)
  })
}
