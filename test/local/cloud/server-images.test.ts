import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Probe, publicKey, server, startProbe } from './probe.ts'

const test = suite<{ probe: Probe }>('local/cloud/server-images')

test.before.each(async (context) => {
  context.probe = await startProbe()
})
test.after.each(({ probe }) => probe.close())

const rebuilt = async (probe: Probe, more: object) => {
  const { id } = (await probe.call('POST', '/servers', server('ns1', more))).body.server
  await probe.settled()
  const { body } = await probe.call('POST', `/servers/${id}/actions/rebuild`, { image: 'debian-12' })
  await probe.settled()
  return { answered: body.root_password, set: probe.machines.get(id)?.password }
}

test('rebuilding sets a new password on a server without key', async ({ probe }) => {
  const { answered, set } = await rebuilt(probe, {})
  assert.type(answered, 'string')
  assert.is(set, answered)
})

test('rebuilding sets none on a server with a key', async ({ probe }) => {
  await probe.call('POST', '/ssh_keys', { name: 'key', public_key: publicKey })
  assert.equal(await rebuilt(probe, { ssh_keys: ['key'] }), { answered: null, set: null })
})

test.run()
