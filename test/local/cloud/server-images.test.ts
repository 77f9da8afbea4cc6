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

/** A server that is off, unless `more` says otherwise. */
const createOff = async (probe: Probe, more: object = {}) => {
  const { body } = await probe.call('POST', '/servers', server('ns1', { start_after_create: false, ...more }))
  return (await probe.settled(`/servers/${body.server.id}`)).body.server
}

const act = async (probe: Probe, id: number, action: string, body?: object) => {
  const answer = await probe.call('POST', `/servers/${id}/actions/${action}`, body)
  return { answer, server: (await probe.settled(`/servers/${id}`)).body.server }
}

test('a server is rebuilt from the image of its own architecture', async ({ probe }) => {
  const { id } = await createOff(probe, { server_type: 'cax11' })
  const rebuilt = await act(probe, id, 'rebuild', { image: 'debian-12' })
  assert.equal([rebuilt.server.image.architecture, rebuilt.server.status], ['arm', 'running'])
})

test('refuses a rebuild from what does not fit, is not ready or is not there', async ({ probe }) => {
  const large = await snapshotOf(probe)
  const { id } = (await probe.call('POST', '/servers', server('ns1', { server_type: 'cpx12' }))).body.server
  await probe.settled()
  const taken = await probe.call('POST', `/servers/${id}/actions/create_image`)
  const other = (await probe.call('POST', '/servers', server('ns2'))).body.server.id
  const early = await probe.call('POST', `/servers/${other}/actions/rebuild`, { image: taken.body.image.id })
  assert.is(refusal(early), '422 invalid_input')
  await probe.settled()
  for (const body of [
    { image: large },
    { image: 114690389 },
    { image: 'debian-11' },
    { image: 'debian-12', user_data: 'x'.repeat(33_000) },
  ])
    assert.is(refusal((await act(probe, id, 'rebuild', body)).answer), '422 invalid_input', JSON.stringify(body))
})

test('a server becomes another type of its architecture, with as much disk or more', async ({ probe }) => {
  const { id } = await createOff(probe)
  for (const [server_type, more, expected] of [
    ['cpx32', {}, '422 invalid_input'],
    ['nothing', { upgrade_disk: true }, '422 invalid_input'],
    ['cpx12', { upgrade_disk: false }, '422 invalid_server_type'],
    ['cax21', { upgrade_disk: true }, '422 invalid_server_type'],
  ] as const)
    assert.is(refusal((await act(probe, id, 'change_type', { server_type, ...more })).answer), expected, server_type)
  const changed = await act(probe, id, 'change_type', { server_type: 'cpx32', upgrade_disk: true })
  assert.equal(
    [changed.server.server_type.name, changed.server.primary_disk_size, changed.server.status],
    ['cpx32', 160, 'running'],
  )
  const running = await act(probe, id, 'change_type', { server_type: 'cpx42', upgrade_disk: true })
  assert.is(refusal(running.answer), '422 server_not_stopped')
  await act(probe, id, 'poweroff')
  const back = await act(probe, id, 'change_type', { server_type: 'cpx22', upgrade_disk: false })
  assert.is(refusal(back.answer), '422 invalid_server_type')
})

test('a disk that was not enlarged lets the server become small again', async ({ probe }) => {
  const { id } = await createOff(probe)
  const { server: larger } = await act(probe, id, 'change_type', { server_type: 'cpx32', upgrade_disk: false })
  assert.equal([larger.server_type.name, larger.primary_disk_size], ['cpx32', 80])
  const { body } = await probe.call('POST', `/servers/${id}/actions/create_image`)
  assert.is(body.image.disk_size, 80)
  await probe.settled()
  await act(probe, id, 'poweroff')
  const { server: small } = await act(probe, id, 'change_type', { server_type: 'cpx22', upgrade_disk: false })
  assert.is(small.server_type.name, 'cpx22')
})

test('a type that is not sold where the server is, or sold out there, is not to be had', async ({ probe }) => {
  const { id } = await createOff(probe, { location: 'ash' })
  const elsewhere = await act(probe, id, 'change_type', { server_type: 'cx33', upgrade_disk: true })
  assert.is(refusal(elsewhere.answer), '422 invalid_server_type')
  await probe.fault({ unavailable: { serverType: 'cpx32', location: 'ash' } })
  const soldOut = await act(probe, id, 'change_type', { server_type: 'cpx32', upgrade_disk: true })
  assert.is(refusal(soldOut.answer), '412 resource_unavailable')
})

test('backups are made where they are enabled, and go with the server; what became a snapshot stays', async ({
  probe,
}) => {
  const { id } = await createOff(probe)
  const backUp = async () => (await act(probe, id, 'create_image', { type: 'backup' })).answer
  assert.is(refusal(await backUp()), '422 invalid_input')
  assert.is((await act(probe, id, 'enable_backup')).server.backup_window, '22-02')
  const [kept, lost] = [(await backUp()).body.image, (await backUp()).body.image]
  assert.equal([lost.type, lost.bound_to], ['backup', id])
  const { image } = (await probe.call('PUT', `/images/${kept.id}`, { type: 'snapshot' })).body
  assert.equal([image.type, image.bound_to], ['snapshot', null])
  await probe.call('DELETE', `/servers/${id}`)
  const { images } = (await probe.settled('/images?type=backup&type=snapshot')).body
  assert.equal(
    images.map((one: { id: number }) => one.id),
    [kept.id],
  )
})

test('backups go when they are disabled', async ({ probe }) => {
  const { id } = await createOff(probe)
  await act(probe, id, 'enable_backup')
  await act(probe, id, 'create_image', { type: 'backup' })
  assert.is((await act(probe, id, 'disable_backup')).server.backup_window, null)
  assert.equal((await probe.call('GET', '/images?type=backup')).body.images, [])
})

test.run()
