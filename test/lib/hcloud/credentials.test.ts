import { inspect } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../lib/errors.ts'
import { verifyEndpoint, verifyToken } from '../../../lib/hcloud/credentials.ts'

const credentials = suite('credentials')

const faultOf = (verify: () => string): InfraError => {
  try {
    throw new Error(`accepted as ${verify()}`)
  } catch (error) {
    if (error instanceof InfraError) return error
    throw error
  }
}

for (const [given, used] of [
  ['https://api.hetzner.cloud/v1', 'https://api.hetzner.cloud/v1'],
  ['https://api.hetzner.cloud/v1//', 'https://api.hetzner.cloud/v1'],
  ['http://127.0.0.1:8401/v1', 'http://127.0.0.1:8401/v1'],
  ['http://127.9.9.9:8401', 'http://127.9.9.9:8401'],
  ['http://[::1]:8401/v1/', 'http://[::1]:8401/v1'],
  ['http://localhost/v1', 'http://localhost/v1'],
] as const) {
  credentials(`takes ${given}`, () => assert.is(verifyEndpoint(given), used))
}

for (const given of [
  '',
  'api.hetzner.cloud/v1',
  'file:///etc/passwd',
  'https://user:hunter22@api.hetzner.cloud/v1',
  'https://api.hetzner.cloud/v1?token=hunter22',
  'http://api.hetzner.cloud/v1',
  'http://127.0.0.1.example.com/v1',
  'http://[::2]/v1',
]) {
  credentials(`refuses the endpoint "${given}" without quoting a password`, () => {
    const error = faultOf(() => verifyEndpoint(given))
    assert.is(error.exitCode, 2)
    assert.not.match(inspect(error), 'hunter22')
  })
}

for (const [title, given] of [
  ['empty', ''],
  ['with a line end', 'secret-token\n'],
  ['with a space', 'secret-token x'],
  ['with a letter no header takes', 'secret-token-ü'],
] as const) {
  credentials(`refuses a token ${title} without quoting it`, () => {
    const error = faultOf(() => verifyToken(given))
    assert.is(error.exitCode, 2)
    assert.not.match(inspect(error), 'secret-token')
  })
}

credentials.run()
