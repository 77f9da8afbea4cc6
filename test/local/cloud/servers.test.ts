import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { network, type Probe, publicKey, type Reply, refusal, server, startProbe, until } from './probe.ts'

const test = suite<{ probe: Probe }>('local/cloud/servers')

test.before.each(async (context) => {
  context.probe = await startProbe()
})
test.after.each(async ({ probe }) => {
  await probe.close()
})

const create = (probe: Probe, body: object): Promise<Reply> => probe.call('POST', '/servers', body)

/** Created, and all its actions ended. */
const createSettled = async (probe: Probe, body: object) => {
  const { id } = (await create(probe, body)).body.server
  return (await probe.settled(`/servers/${id}`)).body.server
}

const act = (probe: Probe, id: number, action: string, body?: object): Promise<Reply> =>
  probe.call('POST', `/servers/${id}/actions/${action}`, body)

const actSettled = async (probe: Probe, id: number, action: string, body?: object) => {
  const { action: begun } = (await act(probe, id, action, body)).body
  return (await probe.settled(`/actions/${begun.id}`)).body.action
}

test('a server begins with all its actions running', async ({ probe }) => {
  const net = (await probe.call('POST', '/networks', network)).body.network
  const { status, body } = await create(probe, server('ns1', { networks: [net.id] }))
  assert.is(status, 201)
  assert.equal([body.server.status, body.server.private_net, body.server.locked], ['initializing', [], true])
  const actions = [body.action, ...body.next_actions]
  assert.equal(
    actions.map(({ command, status, progress, finished }) => [command, status, progress, finished]),
    ['create_server', 'start_server', 'attach_to_network'].map((command) => [command, 'running', 0, null]),
  )
  assert.equal(body.next_actions[1].resources, [
    { id: body.server.id, type: 'server' },
    { id: net.id, type: 'network' },
  ])
  assert.ok(
    actions.every(({ id }) => id > 2 ** 32),
    'ids that 32 bits do not hold',
  )
})

test('actions take a while, then the server is running and attached', async ({ probe }) => {
  const net = (await probe.call('POST', '/networks', network)).body.network
  const { body } = await create(probe, server('ns1', { networks: [net.id] }))
  const { server: done } = (await probe.settled(`/servers/${body.server.id}`)).body
  assert.equal([done.status, done.locked], ['running', false])
  const [attached] = done.private_net
  assert.equal([attached.network, attached.ip, attached.mac_address.slice(0, 5)], [net.id, '10.0.0.2', '86:00'])
  const ids = [body.action, ...body.next_actions].map(({ id }) => `id=${id}`).join('&')
  const { actions } = (await probe.call('GET', `/actions?${ids}`)).body
  assert.equal(
    actions.map(({ status, progress, error }: Record<string, unknown>) => [status, progress, error]),
    actions.map(() => ['success', 100, null]),
  )
  const machine = probe.machines.get(done.id)
  assert.equal(
    [machine?.state, machine?.spec.publicIpv4, machine?.spec.publicIpv6, machine?.nics[0]?.address],
    ['running', done.public_net.ipv4.ip, '2001:2:0:10a::1', '10.0.0.2'],
  )
})

test('it has a password only when it has no key', async ({ probe }) => {
  await probe.call('POST', '/ssh_keys', { name: 'key', public_key: publicKey })
  const withKey = await create(probe, server('a', { ssh_keys: ['key'] }))
  const without = await create(probe, server('b'))
  assert.is(withKey.body.root_password, null)
  await probe.settled()
  assert.equal(probe.machines.get(withKey.body.server.id)?.spec.authorizedKeys, [publicKey])
  assert.is(probe.machines.get(without.body.server.id)?.password, without.body.root_password)
})

test('ids and names are taken in any form', async ({ probe }) => {
  const key = (await probe.call('POST', '/ssh_keys', { name: 'key', public_key: publicKey })).body.ssh_key
  for (const [name, more] of Object.entries({
    numbers: { server_type: 109, image: 114690387, location: 2, ssh_keys: [key.id] },
    texts: { server_type: '109', image: '114690387', location: '2', ssh_keys: [String(key.id)] },
    names: { location: 'nbg1', ssh_keys: ['key'], automount: false, volumes: [], unknown: {} },
  })) {
    const { body } = await create(probe, server(name, more))
    assert.equal([body.server?.server_type.name, body.server?.location.name], ['cpx22', 'nbg1'], name)
  }
})

test('with start_after_create false it ends off', async ({ probe }) => {
  assert.is((await createSettled(probe, server('ns1', { start_after_create: false }))).status, 'off')
})

test('what is refused leaves nothing behind', async ({ probe }) => {
  const bare = (await probe.call('POST', '/networks', { name: 'bare', ip_range: '10.1.0.0/16' })).body.network
  const v6 = { type: 'ipv6', location: 'fsn1', name: 'v6' }
  const ip = (await probe.call('POST', '/primary_ips', v6)).body.primary_ip
  const refusals = []
  for (const more of [
    { networks: [bare.id] },
    { networks: [4711] },
    { firewalls: [{ firewall: 4711 }] },
    { placement_group: 4711 },
    { labels: { 'a b': '1' } },
    { public_net: { ipv4: ip.id } },
    { public_net: { ipv6: 4711 } },
    { location: 'mars' },
    { server_type: 'cax11', image: 114690387 },
    { server_type: 'cx23', location: 'ash' },
    { ssh_keys: ['nobody'] },
    { user_data: 'x'.repeat(33_000) },
    { volumes: [999] },
    { datacenter: 'nbg1-dc3' },
    { datacenter: 'nbg1-dc3', location: null },
  ])
    refusals.push(refusal(await create(probe, server('ns1', more))))
  assert.equal(refusals, [
    '422 no_subnet_available',
    '404 not_found',
    '404 not_found',
    '404 not_found',
    '422 invalid_input',
    '412 primary_ip_version_mismatch',
    '404 not_found',
    '422 invalid_input',
    '422 invalid_input',
    '422 invalid_input',
    '422 invalid_input',
    '422 invalid_input',
    '404 not_found',
    '422 invalid_input',
    '422 invalid_input',
  ])
  assert.equal((await probe.call('GET', '/servers')).body.servers, [])
  assert.is((await probe.call('GET', '/primary_ips')).body.primary_ips.length, 1)
  assert.is((await create(probe, server('ns1'))).body.server.public_net.ipv4.ip, '198.18.1.10')
})

test('user_data is measured in bytes', async ({ probe }) => {
  const ask = (name: string, user_data: string) => probe.call('POST', '/servers', server(name, { user_data }))
  assert.is(refusal(await ask('ns1', 'é'.repeat(16 * 1024 + 1))), '422 invalid_input')
  assert.is((await ask('ns1', 'é'.repeat(16 * 1024))).status, 201)
})

test('a type that is sold out is 412, and shown as not available', async ({ probe }) => {
  await probe.fault({ unavailable: { serverType: 'cpx22', location: 'fsn1' } })
  assert.is(refusal(await create(probe, server('ns1'))), '412 resource_unavailable')
  const { locations } = (await probe.call('GET', '/server_types?name=cpx22')).body.server_types[0]
  assert.equal(
    locations.slice(0, 2).map(({ name, available }: Record<string, unknown>) => [name, available]),
    [
      ['fsn1', false],
      ['nbg1', true],
    ],
  )
  assert.is((await create(probe, server('ns1', { location: 'nbg1' }))).status, 201)
})

test('name and address are free when the deletion has ended, not before', async ({ probe }) => {
  const { id, public_net } = await createSettled(probe, server('ns1'))
  const deletion = await probe.call('DELETE', `/servers/${id}`)
  assert.equal([deletion.status, deletion.body.action.command], [200, 'delete_server'])
  const early = await create(probe, server('ns1'))
  assert.equal([refusal(early), early.body.error.message], ['409 uniqueness_error', 'server name is already used'])
  assert.is((await probe.call('GET', `/servers/${id}`)).body.server.status, 'deleting')
  await probe.settled()
  assert.is(refusal(await probe.call('GET', `/servers/${id}`)), '404 not_found')
  assert.not(probe.machines.has(id))
  const next = await create(probe, server('ns1'))
  assert.is(next.body.server.public_net.ipv4.ip, public_net.ipv4.ip)
})

test('a server with a running action is locked, but can be read and renamed', async ({ probe }) => {
  const { id } = (await create(probe, server('ns1'))).body.server
  const locked = await act(probe, id, 'poweroff')
  assert.equal(
    [refusal(locked), locked.body.error.message],
    ['423 locked', 'cannot perform operation because server is locked'],
  )
  assert.is(refusal(await probe.call('DELETE', `/servers/${id}`)), '423 locked')
  assert.is((await probe.call('PUT', `/servers/${id}`, { name: 'ns1-old' })).body.server.name, 'ns1-old')
  const running = (await probe.call('GET', `/servers/${id}/actions?status=running`)).body.actions
  assert.equal(
    running.map(({ command }: { command: string }) => command),
    ['create_server', 'start_server'],
  )
  await probe.settled()
  assert.is((await act(probe, id, 'poweroff')).status, 201)
})

test('a protected server is neither deleted nor rebuilt', async ({ probe }) => {
  const { id } = await createSettled(probe, server('ns1'))
  assert.is(refusal(await act(probe, id, 'change_protection', { delete: true })), '422 invalid_input')
  await actSettled(probe, id, 'change_protection', { delete: true, rebuild: true })
  assert.is(refusal(await probe.call('DELETE', `/servers/${id}`)), '423 protected')
  assert.is(refusal(await act(probe, id, 'rebuild', { image: 'debian-12' })), '423 protected')
  await actSettled(probe, id, 'change_protection', { delete: false, rebuild: false })
  assert.is((await probe.call('DELETE', `/servers/${id}`)).status, 200)
})

test('power goes off and on, softly too', async ({ probe }) => {
  const { id } = await createSettled(probe, server('ns1'))
  const statusAfter = async (action: string) => {
    const { command, status } = await actSettled(probe, id, action)
    return [command, status, (await probe.call('GET', `/servers/${id}`)).body.server.status]
  }
  assert.equal(await statusAfter('poweroff'), ['stop_server', 'success', 'off'])
  assert.equal(await statusAfter('poweron'), ['start_server', 'success', 'running'])
  assert.equal(await statusAfter('reboot'), ['reboot_server', 'success', 'running'])
  assert.equal(await statusAfter('reset'), ['reset_server', 'success', 'running'])
  assert.is((await actSettled(probe, id, 'shutdown')).command, 'shutdown_server')
  await until(async () => (await probe.call('GET', `/servers/${id}`)).body.server.status === 'off')
})

test('without any interface it does not start', async ({ probe }) => {
  const public_net = { enable_ipv4: false, enable_ipv6: false }
  const { id } = await createSettled(probe, server('ns1', { public_net, start_after_create: false }))
  assert.equal((await actSettled(probe, id, 'poweron')).error, {
    code: 'invalid_input',
    message: 'no public or private network interfaces found, cannot start server',
  })
})

test('nor when it is created, restarted or rebuilt', async ({ probe }) => {
  const public_net = { enable_ipv4: false, enable_ipv6: false }
  const { body } = await create(probe, server('ns1', { public_net }))
  const [started] = body.next_actions
  const { action } = (await probe.settled(`/actions/${started.id}`)).body
  assert.equal([started.command, action.error?.code], ['start_server', 'invalid_input'])
  for (const [name, request] of [['reboot'], ['reset'], ['rebuild', { image: 'debian-12' }]] as const) {
    const { body: answered } = await act(probe, body.server.id, name, request)
    const ended = (await probe.settled(`/actions/${answered.action.id}`)).body.action
    assert.equal([name, ended.error?.code], [name, 'invalid_input'])
    assert.is((await probe.call('GET', `/servers/${body.server.id}`)).body.server.status, 'off', name)
  }
})

test('an interface in a private network is enough to start', async ({ probe }) => {
  const net = (await probe.call('POST', '/networks', network)).body.network
  const public_net = { enable_ipv4: false, enable_ipv6: false }
  assert.is((await createSettled(probe, server('ns1', { public_net, networks: [net.id] }))).status, 'running')
})

test('an action that fails leaves the server half-made, for its owner to remove', async ({ probe }) => {
  await probe.fault({ action: 'attach_to_network', error: { code: 'unknown_error', message: 'as scripted' } })
  const net = (await probe.call('POST', '/networks', network)).body.network
  const half = await createSettled(probe, server('ns1', { networks: [net.id] }))
  assert.equal([half.status, half.private_net], ['running', []])
  const attached = await actSettled(probe, half.id, 'attach_to_network', { network: net.id, ip: '10.0.0.2' })
  assert.is(attached.status, 'success', 'the address was given back')
})

test('a rebuilt server has its disk anew and keeps addresses, networks and rules', async ({ probe }) => {
  const net = (await probe.call('POST', '/networks', network)).body.network
  const rule = { direction: 'in', protocol: 'tcp', port: '22', source_ips: ['0.0.0.0/0'] }
  const firewall = (await probe.call('POST', '/firewalls', { name: 'fw', rules: [rule] })).body.firewall
  const before = await createSettled(
    probe,
    server('ns1', { networks: [net.id], firewalls: [{ firewall: firewall.id }], user_data: '#cloud-config' }),
  )
  const machine = probe.machines.get(before.id)
  assert.is((await actSettled(probe, before.id, 'rebuild', { image: 'debian-12' })).command, 'rebuild_server')
  assert.is.not(probe.machines.get(before.id), machine)
  assert.equal({ ...probe.machines.get(before.id), password: null }, { ...machine, password: null })
})

test('a snapshot makes servers like the one it was taken from', async ({ probe }) => {
  const { id } = await createSettled(probe, server('ns1'))
  const taken = await act(probe, id, 'create_image', { type: 'snapshot', description: 'golden', labels: { a: '1' } })
  assert.equal([taken.status, taken.body.image.status, taken.body.image.name], [201, 'creating', null])
  const { image } = (await probe.settled(`/images/${taken.body.image.id}`)).body
  assert.equal([image.status, image.image_size, image.labels], ['available', 1, { a: '1' }])
  const copy = await createSettled(probe, server('ns2', { image: image.id }))
  assert.equal([copy.image.id, probe.machines.get(copy.id)?.spec.image], [image.id, `snapshot-${image.id}`])
  assert.is((await probe.call('DELETE', `/images/${image.id}`)).status, 204)
  assert.is(refusal(await probe.call('DELETE', '/images/114690387')), '404 not_found')
})

test('a snapshot that fails is not listed', async ({ probe }) => {
  const { id } = await createSettled(probe, server('ns1'))
  await probe.fault({ action: 'create_image', error: { code: 'unknown_error', message: 'as scripted' } })
  await actSettled(probe, id, 'create_image')
  assert.equal((await probe.call('GET', '/images?type=snapshot')).body.images, [])
})

test('a placement group holds ten servers', async ({ probe }) => {
  const { id } = (await probe.call('POST', '/placement_groups', { name: 'pg', type: 'spread' })).body.placement_group
  const names = Array.from({ length: 10 }, (_, index) => `member-${index}`)
  for (const name of names) assert.is((await create(probe, server(name, { placement_group: id }))).status, 201)
  const eleventh = await create(probe, server('one-too-many', { placement_group: id }))
  assert.match(eleventh.body.error.message, `placement group with ID ${id} contains already 10 servers`)
  assert.is(eleventh.body.error.code, 'placement_group_member_limit_reached')
  assert.is((await probe.call('GET', `/placement_groups/${id}`)).body.placement_group.servers.length, 10)
})

test('a project has fifty placement groups', async ({ probe }) => {
  const make = (name: string) => probe.call('POST', '/placement_groups', { name, type: 'spread' })
  for (let index = 0; index < 50; index += 1) assert.is((await make(`pg-${index}`)).status, 201)
  assert.is(refusal(await make('one-more')), '403 resource_limit_exceeded')
})

test('of two that ask for the last place in a placement group one gets it', async ({ probe }) => {
  const { id } = (await probe.call('POST', '/placement_groups', { name: 'pg', type: 'spread' })).body.placement_group
  for (let index = 0; index < 9; index += 1) await create(probe, server(`in-${index}`, { placement_group: id }))
  const ids = []
  for (const name of ['one', 'two'])
    ids.push((await createSettled(probe, server(name, { start_after_create: false }))).id)
  for (const one of ids) await act(probe, one, 'add_to_placement_group', { placement_group: id })
  await probe.settled()
  assert.is((await probe.call('GET', `/placement_groups/${id}`)).body.placement_group.servers.length, 10)
})

test('a server joins a placement group when it is off', async ({ probe }) => {
  const { id: group } = (await probe.call('POST', '/placement_groups', { name: 'pg', type: 'spread' })).body
    .placement_group
  const { id } = await createSettled(probe, server('ns1'))
  const join = () => act(probe, id, 'add_to_placement_group', { placement_group: group })
  assert.is(refusal(await join()), '422 server_not_stopped')
  await actSettled(probe, id, 'poweroff')
  assert.is((await join()).status, 201)
  await probe.settled()
  assert.is(refusal(await join()), '422 already_in_placement_group')
  await actSettled(probe, id, 'remove_from_placement_group')
  assert.is((await probe.call('GET', `/servers/${id}`)).body.server.placement_group, null)
})

test.run()
