import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { network, type Probe, refusal, server, startProbe } from './probe.ts'

const test = suite<{ probe: Probe }>('local/cloud/networks')

test.before.each(async (context) => {
  context.probe = await startProbe()
})
test.after.each(({ probe }) => probe.close())

const createNetwork = async (probe: Probe, more: object = {}) =>
  (await probe.call('POST', '/networks', { ...network, ...more })).body.network

const createServer = async (probe: Probe, name: string, more: object = {}) => {
  const { id } = (await probe.call('POST', '/servers', server(name, more))).body.server
  return (await probe.settled(`/servers/${id}`)).body.server
}

const attach = (probe: Probe, id: number, body: object) =>
  probe.call('POST', `/servers/${id}/actions/attach_to_network`, body)

test('every subnet has the gateway of the network', async ({ probe }) => {
  const subnet = { type: 'cloud', network_zone: 'eu-central' }
  const { subnets } = await createNetwork(probe, { subnets: [{ ...subnet, ip_range: '10.0.16.0/24' }, subnet] })
  assert.equal(subnets, [
    { ...subnet, ip_range: '10.0.16.0/24', gateway: '10.0.0.1' },
    { ...subnet, ip_range: '10.0.0.0/24', gateway: '10.0.0.1' },
  ])
})

test('refuses subnets outside, overlapping, or of public ranges', async ({ probe }) => {
  const subnet = { type: 'cloud', network_zone: 'eu-central' }
  for (const more of [
    { subnets: [{ ...subnet, ip_range: '10.1.0.0/24' }] },
    { subnets: [subnet, { ...subnet, ip_range: '10.0.0.0/25' }] },
    { ip_range: '198.51.100.0/24' },
    { ip_range: '10.0.0.0/28' },
    { ip_range: '10.0.0.1/16' },
  ])
    assert.is(
      refusal(await probe.call('POST', '/networks', { ...network, ...more })),
      '422 invalid_input',
      JSON.stringify(more),
    )
})

test('an attached server has the address it asked for, or the lowest that is free', async ({ probe }) => {
  const net = await createNetwork(probe)
  await createServer(probe, 'a', { networks: [net.id] })
  const { id } = await createServer(probe, 'b')
  assert.is(refusal(await attach(probe, id, { network: net.id, ip: '10.0.0.2' })), '422 ip_not_available')
  assert.is(refusal(await attach(probe, id, { network: net.id, ip: '10.0.0.1' })), '422 ip_not_available')
  assert.is(refusal(await attach(probe, id, { network: net.id, ip: '10.9.0.2' })), '422 invalid_input')
  const { body } = await attach(probe, id, { network: net.id, ip: '10.0.0.77' })
  assert.is(body.action.command, 'attach_to_network')
  assert.equal((await probe.call('GET', `/servers/${id}`)).body.server.private_net, [])
  assert.is((await probe.settled(`/servers/${id}`)).body.server.private_net[0].ip, '10.0.0.77')
  assert.is(refusal(await attach(probe, id, { network: net.id })), '422 server_already_attached')
  const { servers } = (await probe.call('GET', `/networks/${net.id}`)).body.network
  assert.is(servers.length, 2)
})

test('two that attach at the same time get two addresses', async ({ probe }) => {
  const net = await createNetwork(probe)
  for (const name of ['a', 'b']) await probe.call('POST', '/servers', server(name, { networks: [net.id] }))
  const { servers } = (await probe.settled()).body
  assert.equal(
    servers.map((one: { private_net: { ip: string }[] }) => one.private_net[0]?.ip),
    ['10.0.0.2', '10.0.0.3'],
  )
})

test('a server outside the zone of the subnets is refused', async ({ probe }) => {
  const net = await createNetwork(probe)
  const { id } = await createServer(probe, 'far', { location: 'ash' })
  assert.is(refusal(await attach(probe, id, { network: net.id })), '422 no_subnet_available')
})

test('detaching takes the interface away', async ({ probe }) => {
  const net = await createNetwork(probe)
  const { id } = await createServer(probe, 'a', { networks: [net.id] })
  const detach = () => probe.call('POST', `/servers/${id}/actions/detach_from_network`, { network: net.id })
  assert.is((await detach()).status, 201)
  assert.equal((await probe.settled(`/servers/${id}`)).body.server.private_net, [])
  assert.equal(probe.machines.get(id)?.nics, [])
  assert.is(refusal(await detach()), '404 not_found')
})

test('alias addresses are replaced, and have to be free', async ({ probe }) => {
  const net = await createNetwork(probe)
  const { id } = await createServer(probe, 'a', { networks: [net.id] })
  const change = (...alias_ips: readonly string[]) =>
    probe.call('POST', `/servers/${id}/actions/change_alias_ips`, { network: net.id, alias_ips })
  await change('10.0.0.50', '10.0.0.51')
  await probe.settled()
  assert.is(refusal(await change('10.0.0.2')), '422 ip_not_available')
  assert.is((await change('10.0.0.51')).status, 201)
  assert.equal((await probe.settled(`/servers/${id}`)).body.server.private_net[0].alias_ips, ['10.0.0.51'])
  assert.equal(probe.machines.get(id)?.nics[0]?.aliases, ['10.0.0.51'])
})

test('one change at a time', async ({ probe }) => {
  const { id } = await createNetwork(probe, { subnets: [] })
  const add = (ip_range: string) =>
    probe.call('POST', `/networks/${id}/actions/add_subnet`, { type: 'cloud', network_zone: 'eu-central', ip_range })
  assert.is((await add('10.0.0.0/24')).body.action.command, 'add_subnet')
  assert.is(refusal(await add('10.0.1.0/24')), '409 conflict')
  assert.is((await probe.settled(`/networks/${id}`)).body.network.subnets.length, 1)
})

test('routes come and go, the range only widens', async ({ probe }) => {
  const { id } = await createNetwork(probe)
  const act = async (name: string, body: object) => {
    const answer = await probe.call('POST', `/networks/${id}/actions/${name}`, body)
    await probe.settled()
    return answer
  }
  const get = async () => (await probe.call('GET', `/networks/${id}`)).body.network
  const route = { destination: '10.100.1.0/24', gateway: '10.0.0.2' }
  await act('add_route', route)
  assert.equal((await get()).routes, [route])
  await act('delete_route', route)
  assert.equal((await get()).routes, [])
  assert.is(refusal(await act('change_ip_range', { ip_range: '10.0.0.0/20' })), '422 invalid_input')
  await act('change_ip_range', { ip_range: '10.0.0.0/12' })
  assert.is((await get()).ip_range, '10.0.0.0/12')
})

test('a subnet with servers stays', async ({ probe }) => {
  const net = await createNetwork(probe)
  await createServer(probe, 'a', { networks: [net.id] })
  const path = `/networks/${net.id}/actions/delete_subnet`
  const refused = await probe.call('POST', path, { ip_range: '10.0.0.0/24' })
  assert.equal([refusal(refused), /servers are attached/.test(refused.body.error.message)], ['422 service_error', true])
})

test('a protected network stays; deleting another one detaches its servers', async ({ probe }) => {
  const net = await createNetwork(probe)
  const { id } = await createServer(probe, 'a', { networks: [net.id] })
  await probe.call('POST', `/networks/${net.id}/actions/change_protection`, { delete: true })
  await probe.settled()
  const refused = await probe.call('DELETE', `/networks/${net.id}`)
  assert.equal([refusal(refused), refused.body.error.message], ['423 protected', 'network is delete protected'])
  await probe.call('POST', `/networks/${net.id}/actions/change_protection`, { delete: false })
  await probe.settled()
  assert.is((await probe.call('DELETE', `/networks/${net.id}`)).status, 204)
  assert.equal((await probe.call('GET', `/servers/${id}`)).body.server.private_net, [])
})

test.run()
