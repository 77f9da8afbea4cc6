import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startCloud } from '../../../local/cloud/serve.ts'
import { createFakeMachines } from '../../../local/machines/fake.ts'
import { pools } from './probe.ts'

const python = suite('local/cloud with python3-hcloud')

const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxLEm5hxXYkTzBHb5QPG9m2JrMh3nOTWyPzh9lBzHHj me'

for (const hasDatacenters of [false, true]) {
  python(`a whole life through the unmodified client${hasDatacenters ? ', with datacenters' : ''}`, async () => {
    const timing = { minMs: 5, maxMs: 15 }
    const cloud = await startCloud({ machines: createFakeMachines(), pools, timing, hasDatacenters, token: 't' })
    try {
      const life = path.join(import.meta.dirname, 'hcloud_life.py')
      // Debian's own interpreter, which has the package
      const { stdout } = await promisify(execFile)('/usr/bin/python3', [life, cloud.endpoint, 't', publicKey])
      assert.is(stdout.trim(), 'lived')
    } finally {
      await cloud.close()
    }
  })
}

python.run()
