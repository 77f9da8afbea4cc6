import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Probe, refusal, server, startProbe } from './probe.ts'

const test = suite<{ probe: Probe }>('local/cloud/public-ips')

test.before.each(async (context) => {
  context.probe = await startProbe()
})
test.after.each(({ probe }) => probe.close())

const createServer = async (probe: Probe, name: string, more: object = {}) => {
  const { id } = (await probe.call('POST', '/servers', server(name, more))).body.server
  return (await probe.settled(`/servers/${id}`)).body.server
}

const createPrimary = async (probe: Probe, name: string, more: object = {}) =>
  (await probe.call('POST', '/primary_ips', { name, type: 'ipv4', location: 'fsn1', ...more })).body.primary_ip

const createFloating = async (probe: Probe, name: string, more: object = {}) =>
  (await probe.call('POST', '/floating_ips', { name, type: 'ipv4', home_location: 'fsn1', ...more })).body.floating_ip

const act = async (probe: Probe, path: string, body?: object) => {
  const answer = await probe.call('POST', path, body)
  await probe.settled()
  return answer
}

const off = (probe: Probe, id: number) => act(probe, `/servers/${id}/actions/poweroff`)

test('a Primary IP made first outlives its server', async ({ probe }) => {
  const ip = await createPrimary(probe, 'stable')
  assert.equal([ip.assignee_id, ip.assignee_type, ip.auto_delete], [null, 'unassigned', false])
  const first = await createServer(probe, 'ns1', { public_net: { ipv4: ip.id } })
  assert.equal(first.public_net.ipv4, {
    id: ip.id,
    ip: ip.ip,
    blocked: false,
    dns_ptr: 'static.10.1.18.198.clients.your-server.de',
  })
  const assigned = (await probe.call('GET', `/primary_ips/${ip.id}`)).body.primary_ip
  assert.equal([assigned.assignee_id, assigned.assignee_type], [first.id, 'server'])
  await probe.call('DELETE', `/servers/${first.id}`)
  await probe.settled()
  const { primary_ips } = (await probe.call('GET', '/primary_ips')).body
  assert.equal(
    primary_ips.map((one: Record<string, unknown>) => [one.id, one.assignee_id]),
    [[ip.id, null]],
  )
  const second = await createServer(probe, 'ns1', { public_net: { ipv4: ip.id } })
  assert.is(second.public_net.ipv4.ip, ip.ip)
})

test('a server takes no address that is taken, of the wrong family or elsewhere', async ({ probe }) => {
  const ip = await createPrimary(probe, 'one')
  const away = await createPrimary(probe, 'away', { location: 'hel1' })
  await createServer(probe, 'ns1', { public_net: { ipv4: ip.id } })
  const refusals = []
  for (const public_net of [{ ipv4: ip.id }, { ipv4: away.id }, { ipv6: away.id }, { ipv4: 4711 }])
    refusals.push(refusal(await probe.call('POST', '/servers', server('ns2', { public_net }))))
  assert.equal(refusals, [
    '422 primary_ip_assigned',
    '422 primary_ip_datacenter_mismatch',
    '412 primary_ip_version_mismatch',
    '404 not_found',
  ])
})

test('an address is asked for by location, no longer by datacenter', async ({ probe }) => {
  const body = { name: 'one', type: 'ipv4', datacenter: 'fsn1-dc14' }
  assert.is(refusal(await probe.call('POST', '/primary_ips', body)), '422 invalid_input')
  assert.is(refusal(await probe.call('POST', '/primary_ips', { ...body, location: 'fsn1' })), '422 invalid_input')
})

test('addresses are assigned and taken away while the server is off', async ({ probe }) => {
  const ip = await createPrimary(probe, 'one')
  const { id } = await createServer(probe, 'ns1', { public_net: { enable_ipv4: false } })
  const path = `/primary_ips/${ip.id}`
  const assignment = { assignee_id: id, assignee_type: 'server' }
  assert.is(refusal(await act(probe, `${path}/actions/assign`, assignment)), '422 server_not_stopped')
  await off(probe, id)
  assert.is((await act(probe, `${path}/actions/assign`, assignment)).body.action.command, 'assign_primary_ip')
  assert.is((await probe.call('GET', `/servers/${id}`)).body.server.public_net.ipv4.ip, ip.ip)
  assert.is(refusal(await act(probe, `${path}/actions/assign`, assignment)), '422 primary_ip_already_assigned')
  const other = await createPrimary(probe, 'two')
  const second = await act(probe, `/primary_ips/${other.id}/actions/assign`, assignment)
  assert.is(refusal(second), '422 server_has_ipv4')
  assert.is(refusal(await probe.call('DELETE', path)), '422 must_be_unassigned')
  await act(probe, `${path}/actions/unassign`)
  assert.is((await probe.call('GET', `/servers/${id}`)).body.server.public_net.ipv4, null)
  assert.is((await probe.call('DELETE', path)).status, 204)
})

test('one change of its addresses at a time', async ({ probe }) => {
  const one = await createPrimary(probe, 'one')
  const two = await createPrimary(probe, 'two')
  const { id } = await createServer(probe, 'ns1', { public_net: { enable_ipv4: false } })
  await off(probe, id)
  const assignment = { assignee_id: id, assignee_type: 'server' }
  const assign = (ip: number) => probe.call('POST', `/primary_ips/${ip}/actions/assign`, assignment)
  assert.is((await assign(one.id)).status, 201)
  assert.is(refusal(await assign(two.id)), '423 locked')
  await probe.settled()
  const unassign = () => probe.call('POST', `/primary_ips/${one.id}/actions/unassign`)
  assert.is((await unassign()).status, 201)
  assert.is(refusal(await unassign()), '423 locked')
})

test('a protected address stays', async ({ probe }) => {
  for (const [path, name] of [
    [`/primary_ips/${(await createPrimary(probe, 'p')).id}`, 'Primary IP deletion is protected'],
    [`/floating_ips/${(await createFloating(probe, 'f')).id}`, 'Floating IP deletion is protected'],
  ] as const) {
    await act(probe, `${path}/actions/change_protection`, { delete: true })
    const refused = await probe.call('DELETE', path)
    assert.equal([refusal(refused), refused.body.error.message], ['423 protected', name])
    await act(probe, `${path}/actions/change_protection`, { delete: false })
    assert.is((await probe.call('DELETE', path)).status, 204)
  }
})

test('a Floating IP leads to one server at a time, while they run', async ({ probe }) => {
  const [one, two] = [await createServer(probe, 'one'), await createServer(probe, 'two')]
  const floating = await createFloating(probe, 'f')
  assert.is(floating.ip, '198.18.1.200')
  const path = `/floating_ips/${floating.id}`
  const routed = () => [one, two].map(({ id }) => probe.machines.get(id)?.routed)
  await act(probe, `${path}/actions/assign`, { server: one.id })
  assert.equal(routed(), [['198.18.1.200'], []])
  assert.equal((await probe.call('GET', `/servers/${one.id}`)).body.server.public_net.floating_ips, [floating.id])
  assert.is(refusal(await act(probe, `${path}/actions/assign`, { server: one.id })), '422 floating_ip_assigned')
  await act(probe, `${path}/actions/assign`, { server: two.id })
  assert.equal(routed(), [[], ['198.18.1.200']])
  assert.is(refusal(await probe.call('DELETE', path)), '422 must_be_unassigned')
  await act(probe, `${path}/actions/unassign`)
  assert.equal(routed(), [[], []])
  assert.is((await probe.call('DELETE', path)).status, 204)
})

test('a Floating IP is free when its server is gone', async ({ probe }) => {
  const { id } = await createServer(probe, 'one')
  const floating = await createFloating(probe, 'f', { server: id, home_location: null, type: 'ipv6' })
  await probe.settled()
  assert.equal(probe.machines.get(id)?.routed, ['2001:2:0:1c8::1'])
  await probe.call('DELETE', `/servers/${id}`)
  await probe.settled()
  assert.is((await probe.call('GET', `/floating_ips/${floating.id}`)).body.floating_ip.server, null)
})

test('a Floating IP needs a home', async ({ probe }) => {
  const { body } = await probe.call('POST', '/floating_ips', { type: 'ipv4', name: 'f' })
  assert.is(body.error.message, "invalid input in fields 'server', 'home_location'")
})

test('reverse names are set and reset', async ({ probe }) => {
  const { id, public_net } = await createServer(probe, 'ns1')
  const { ip } = public_net.ipv4
  const reverse = async () => (await probe.call('GET', `/servers/${id}`)).body.server.public_net.ipv4.dns_ptr
  await act(probe, `/servers/${id}/actions/change_dns_ptr`, { ip, dns_ptr: 'ns1.example.test' })
  assert.is(await reverse(), 'ns1.example.test')
  await act(probe, `/servers/${id}/actions/change_dns_ptr`, { ip, dns_ptr: null })
  assert.match(await reverse(), /^static\./)
})

/** Addresses with reverse names: how to set one, and what is shown then. */
const named = async (probe: Probe) => {
  const { id, public_net } = await createServer(probe, 'ns1')
  const [primary, floating] = [await createPrimary(probe, 'p'), await createFloating(probe, 'f')]
  const floating6 = await createFloating(probe, 'f6', { type: 'ipv6' })
  return [
    { path: `/servers/${id}`, ip: public_net.ipv4.ip },
    { path: `/servers/${id}`, ip: public_net.ipv6.ip.replace('/64', 'a:b') },
    { path: `/primary_ips/${primary.id}`, ip: primary.ip },
    { path: `/floating_ips/${floating.id}`, ip: floating.ip },
    { path: `/floating_ips/${floating6.id}`, ip: floating6.ip.replace('/64', '1') },
  ]
}

test('a reverse name is a name', async ({ probe }) => {
  for (const { path, ip } of await named(probe))
    for (const dns_ptr of [
      '',
      ' ',
      'a b',
      '-a.test',
      'a..test',
      'a_b.test',
      '198.18.1.10',
      `${'a'.repeat(64)}.test`,
      7,
    ])
      assert.is(
        refusal(await act(probe, `${path}/actions/change_dns_ptr`, { ip, dns_ptr })),
        '422 invalid_input',
        `${path} ${dns_ptr}`,
      )
})

test('a reverse name is of an address of its own', async ({ probe }) => {
  for (const { path } of await named(probe))
    for (const ip of ['192.0.2.1', '198.18.1.99', '2001:db8::1', '2001:2:0:1ff::1', 'garbage', '', '2001:2:0:10a::/64'])
      assert.is(
        refusal(await act(probe, `${path}/actions/change_dns_ptr`, { ip, dns_ptr: 'a.test' })),
        '422 invalid_input',
        `${path} ${ip}`,
      )
})

test('reverse names of IPv6 are known by address, however it is spelt, and removed', async ({ probe }) => {
  const { id } = await createServer(probe, 'ns1')
  const names = async () => (await probe.call('GET', `/servers/${id}`)).body.server.public_net.ipv6.dns_ptr
  const path = `/servers/${id}/actions/change_dns_ptr`
  await act(probe, path, { ip: '2001:2:0:10a::1', dns_ptr: 'a.test' })
  await act(probe, path, { ip: '2001:0002:0000:010A:0:0:0:1', dns_ptr: 'b.test' })
  assert.equal(await names(), [{ ip: '2001:2:0:10a::1', dns_ptr: 'b.test' }])
  await act(probe, path, { ip: '2001:2:0:10a::1', dns_ptr: null })
  assert.equal(await names(), [])
})

test('a Floating IP has its usual reverse name again', async ({ probe }) => {
  const { id, ip, dns_ptr } = await createFloating(probe, 'f')
  await act(probe, `/floating_ips/${id}/actions/change_dns_ptr`, { ip, dns_ptr: 'a.test' })
  const shown = async () => (await probe.call('GET', `/floating_ips/${id}`)).body.floating_ip.dns_ptr
  assert.equal(await shown(), [{ ip, dns_ptr: 'a.test' }])
  await act(probe, `/floating_ips/${id}/actions/change_dns_ptr`, { ip, dns_ptr: null })
  assert.equal(await shown(), dns_ptr)
})

test('what is not assigned cannot be unassigned', async ({ probe }) => {
  for (const { path } of (await named(probe)).slice(2))
    assert.is(refusal(await act(probe, `${path}/actions/unassign`)), '422 invalid_input', path)
})

test('an address is assigned in its location only, and to servers', async ({ probe }) => {
  const { id } = await createServer(probe, 'ns1', { public_net: { enable_ipv4: false } })
  await off(probe, id)
  const assign = async (name: string, more: object, body: object = {}) =>
    act(probe, `/primary_ips/${(await createPrimary(probe, name, more)).id}/actions/assign`, {
      assignee_id: id,
      assignee_type: 'server',
      ...body,
    })
  assert.is(refusal(await assign('away', { location: 'hel1' })), '422 primary_ip_datacenter_mismatch')
  assert.is(refusal(await assign('typed', {}, { assignee_type: 'load_balancer' })), '422 invalid_input')
})

test('no address is both protected and deleted with its server', async ({ probe }) => {
  const { id } = await createPrimary(probe, 'p', { auto_delete: true })
  const path = `/primary_ips/${id}`
  const protect = () => act(probe, `${path}/actions/change_protection`, { delete: true })
  assert.is(refusal(await protect()), '422 invalid_input')
  await probe.call('PUT', path, { auto_delete: false })
  assert.is((await protect()).status, 201)
  const refused = await probe.call('PUT', path, { name: 'other', auto_delete: true })
  assert.is(refusal(refused), '422 invalid_input')
  assert.is((await probe.call('GET', path)).body.primary_ip.name, 'p')
})

test.run()
