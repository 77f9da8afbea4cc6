import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Probe, publicKey, refusal, server, startProbe } from './probe.ts'

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

const snapshotOf = async (probe: Probe, more: object = {}): Promise<number> => {
  const { id } = (await probe.call('POST', '/servers', server('baker', more))).body.server
  await probe.settled()
  const { body } = await probe.call('POST', `/servers/${id}/actions/create_image`, { labels: { role: 'lb' } })
  return body.image.id
}

test('makes no server from an image that is still being made, and one from it when it is there', async ({ probe }) => {
  const image = await snapshotOf(probe)
  const early = await probe.call('POST', '/servers', server('early', { image }))
  assert.is(refusal(early), '422 invalid_input')
  await probe.settled()
  const { body } = await probe.call('GET', `/images?label_selector=role%3Dlb&status=available`)
  assert.equal([body.images.length, body.images[0].disk_size], [1, 80])
  assert.ok(body.images[0].image_size > 0)
  assert.is((await probe.call('POST', '/servers', server('late', { image }))).status, 201)
})

test('makes no server whose disk is smaller than that of its image', async ({ probe }) => {
  const image = await snapshotOf(probe)
  await probe.settled()
  const small = await probe.call('POST', '/servers', server('small', { image, server_type: 'cpx12' }))
  assert.is(refusal(small), '422 invalid_input')
  assert.is(small.body.error.message, 'image disk is bigger than server type disk')
})

test.run()
