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
    { ip_range: '10.00.0.0/16' },
    { subnets: [{ ...subnet, ip_range: '10.0.0.0/31' }] },
    { subnets: [subnet, { ...subnet, network_zone: 'us-east' }] },
    { subnets: [{ ...subnet, type: 'vswitch' }] },
    { subnets: [{ ...subnet, vswitch_id: 1 }] },
    { routes: [{ destination: '10.0.0.0/25', gateway: '10.0.0.2' }] },
  ])
    assert.is(
      refusal(await probe.call('POST', '/networks', { ...network, ...more })),
      '422 invalid_input',
      JSON.stringify(more),
    )
})

const byAction = async (probe: Probe, id: number, name: string, body: object) => {
  const answer = await probe.call('POST', `/networks/${id}/actions/${name}`, body)
  await probe.settled()
  return answer
}

test('a subnet is neither smaller than /30, nor where a route leads, and only a vswitch has an id', async ({
  probe,
}) => {
  const subnet = { type: 'cloud', network_zone: 'eu-central' }
  const routes = [{ destination: '10.0.8.0/24', gateway: '10.0.0.2' }]
  const { id } = await createNetwork(probe, { routes })
  for (const wrong of [
    { ...subnet, ip_range: '10.0.5.0/31' },
    { ...subnet, ip_range: '10.0.5.1/32' },
    { ...subnet, ip_range: '10.0.8.128/25' },
    { ...subnet, ip_range: '10.0.0.0/16' },
    { ...subnet, network_zone: 'us-west' },
    { ...subnet, type: 'vswitch', ip_range: '10.0.5.0/24' },
    { ...subnet, type: 'server', ip_range: '10.0.5.0/24', vswitch_id: 7 },
  ])
    assert.is(refusal(await byAction(probe, id, 'add_subnet', wrong)), '422 invalid_input', JSON.stringify(wrong))
  const vswitch = { ...subnet, type: 'vswitch', ip_range: '10.0.5.0/30', vswitch_id: 7 }
  await byAction(probe, id, 'add_subnet', vswitch)
  const { subnets } = (await probe.call('GET', `/networks/${id}`)).body.network
  assert.equal(subnets[1], { ...vswitch, gateway: '10.0.0.1' })
})

test('a route leads to a private network or everywhere, past all subnets and other routes', async ({ probe }) => {
  const { id } = await createNetwork(probe)
  const route = { destination: '10.100.1.0/24', gateway: '10.0.0.2' }
  const everywhere = { destination: '0.0.0.0/0', gateway: '10.0.0.2' }
  for (const right of [route, everywhere])
    assert.is((await byAction(probe, id, 'add_route', right)).status, 201, JSON.stringify(right))
  for (const wrong of [
    route,
    { ...route, gateway: '10.0.0.3' },
    everywhere,
    { ...route, destination: 'garbage' },
    { ...route, destination: '10.100.1.1/24' },
    { ...route, destination: '10.100.2.1' },
    { ...route, destination: '8.8.8.0/24' },
    { ...route, destination: '10.100.0.0/16' },
    { ...route, destination: '10.100.1.7/32' },
    { ...route, destination: '10.0.0.128/25' },
    { ...route, destination: '10.0.0.0/8' },
    { ...route, destination: '172.31.0.0/16' },
    { destination: '10.100.2.0/24', gateway: '10.0.0.1' },
    { destination: '10.100.2.0/24', gateway: '172.31.1.1' },
    { destination: '10.100.2.0/24', gateway: 'garbage' },
    { destination: '10.100.2.0/24', gateway: '8.8.8.8' },
    { destination: '10.100.2.0/24', gateway: '10.1.0.2' },
  ])
    assert.is(refusal(await byAction(probe, id, 'add_route', wrong)), '422 invalid_input', JSON.stringify(wrong))
  const other = { ...route, gateway: '10.0.0.3' }
  assert.is(refusal(await byAction(probe, id, 'delete_route', other)), '404 not_found')
  assert.equal((await probe.call('GET', `/networks/${id}`)).body.network.routes, [route, everywhere])
})

test('no gateway is behind a vswitch', async ({ probe }) => {
  const vswitch = { type: 'vswitch', network_zone: 'eu-central', ip_range: '10.0.5.0/24', vswitch_id: 7 }
  const { id } = await createNetwork(probe, { subnets: [vswitch] })
  const route = { destination: '10.100.1.0/24', gateway: '10.0.5.2' }
  assert.is(refusal(await byAction(probe, id, 'add_route', route)), '422 invalid_input')
})

test('a network is extended at its end only', async ({ probe }) => {
  const { id } = await createNetwork(probe, { ip_range: '10.1.0.0/16' })
  for (const ip_range of ['10.0.0.0/15', '10.1.0.0/17', '10.0.0.0/7', '10.2.0.0/16'])
    assert.is(refusal(await byAction(probe, id, 'change_ip_range', { ip_range })), '422 invalid_input', ip_range)
})

test('an address is of the subnet that was asked for', async ({ probe }) => {
  const subnet = { type: 'cloud', network_zone: 'eu-central' }
  const subnets = ['10.0.1.0/24', '10.0.2.0/24'].map((ip_range) => ({ ...subnet, ip_range }))
  const net = await createNetwork(probe, { subnets })
  const { id } = await createServer(probe, 'a')
  const refused = [
    { ip_range: '10.0.3.0/24' },
    { ip_range: 'garbage' },
    { ip_range: '10.0.0.0/16' },
    { ip_range: '10.0.2.0/24', ip: '10.0.1.7' },
  ]
  for (const wish of refused)
    assert.is(refusal(await attach(probe, id, { network: net.id, ...wish })), '422 invalid_input', JSON.stringify(wish))
  assert.is((await attach(probe, id, { network: net.id, ip_range: '10.0.2.0/24' })).status, 201)
  assert.is((await probe.settled(`/servers/${id}`)).body.server.private_net[0].ip, '10.0.2.1')
})

test('nobody is given the ends of a subnet, the gateway of the public network, or an address twice', async ({
  probe,
}) => {
  const subnet = { type: 'cloud', network_zone: 'eu-central', ip_range: '172.31.1.0/24' }
  const net = await createNetwork(probe, { ip_range: '172.31.0.0/16', subnets: [subnet] })
  const { id } = await createServer(probe, 'a')
  for (const [wish, expected] of [
    [{ ip: '172.31.1.0' }, '422 invalid_input'],
    [{ ip: '172.31.1.255' }, '422 invalid_input'],
    [{ ip: '172.31.1.1' }, '422 ip_not_available'],
    [{ ip: '172.31.1.7', alias_ips: ['172.31.1.7'] }, '422 ip_not_available'],
    [{ alias_ips: ['172.31.1.8', '172.31.1.8'] }, '422 ip_not_available'],
  ] as const)
    assert.is(refusal(await attach(probe, id, { network: net.id, ...wish })), expected, JSON.stringify(wish))
  assert.is((await attach(probe, id, { network: net.id })).status, 201)
  assert.is((await probe.settled(`/servers/${id}`)).body.server.private_net[0].ip, '172.31.1.2')
})

test('a server has no two networks that overlap', async ({ probe }) => {
  const net = await createNetwork(probe)
  const near = await createNetwork(probe, { name: 'near', ip_range: '10.0.128.0/17' })
  const apart = await createNetwork(probe, { name: 'apart', ip_range: '10.2.0.0/16' })
  const both = await probe.call('POST', '/servers', server('both', { networks: [net.id, near.id] }))
  assert.is(refusal(both), '422 networks_overlap')
  const { id } = await createServer(probe, 'a', { networks: [net.id, apart.id] })
  assert.is(refusal(await attach(probe, id, { network: near.id })), '422 networks_overlap')
  const wider = await byAction(probe, net.id, 'change_ip_range', { ip_range: '10.0.0.0/14' })
  assert.is(refusal(wider), '422 networks_overlap')
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
