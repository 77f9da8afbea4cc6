import { isDeepStrictEqual } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyState, type State } from '../../../local/cloud/state.ts'
import { createStore } from '../../../local/cloud/store.ts'
import { network, type Probe, pools, publicKey, refusal, server, startProbe } from './probe.ts'

const test = suite('local/cloud/collection')

const badLabels = { '-': 'x' }
const goodLabels = { a: 'b' }
const subnet = { type: 'cloud', network_zone: 'eu-central' }
const onServer = (id: number) => ({ type: 'server', server: { id } })

type Ids = Readonly<Record<string, number>>
type Refused = readonly [method: string, path: string, body: object | undefined, refusal: string]

/** Two of every kind, `x` and `y`; of those that can be, `x` is in use and `y` protected. */
const fill = async ({ call, settled }: Probe): Promise<Ids> => {
  const bodies: Readonly<Record<string, object>> = {
    placement_group: { type: 'spread' },
    ssh_key: { public_key: publicKey },
    network,
    firewall: {},
    server: server(''),
    floating_ip: { type: 'ipv4', home_location: 'fsn1' },
    primary_ip: { type: 'ipv4', location: 'fsn1' },
  }
  const ids: Record<string, number> = {}
  for (const [kind, body] of Object.entries(bodies)) {
    for (const name of ['x', 'y']) {
      const key = { public_key: name === 'x' ? publicKey : otherKey }
      const made = await call('POST', `/${kind}s`, { ...body, ...(kind === 'ssh_key' ? key : {}), name })
      assert.is(made.status, 201, made.text)
      ids[`${kind} ${name}`] = made.body[kind].id
    }
  }
  await settled()
  const [busy, image] = [ids['server x'], (await call('POST', `/servers/${ids['server y']}/actions/create_image`)).body]
  ids.image = image.image.id
  await settled()
  await call('POST', `/firewalls/${ids['firewall x']}/actions/apply_to_resources`, { apply_to: [onServer(busy ?? 0)] })
  await call('POST', `/floating_ips/${ids['floating_ip x']}/actions/assign`, { server: busy })
  for (const kind of ['floating_ip', 'primary_ip', 'network', 'server']) {
    const body = { delete: true, ...(kind === 'server' ? { rebuild: true } : {}) }
    await call('POST', `/${kind}s/${ids[`${kind} y`]}/actions/change_protection`, body)
  }
  await call('POST', `/images/${ids.image}/actions/change_protection`, { delete: true })
  ids.givenIp = (await settled()).body.servers[0].public_net.ipv4.id
  await call('POST', `/servers/${busy}/actions/poweroff`)
  return ids
}

const otherKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKxLEm5hxXYkTzBHb5QPG9m2JrMh3nOTWyPzh9lBzHHj me'

/** What fits, and the one thing that does not, which is looked at last. */
const refusals: Readonly<Record<string, (ids: Ids) => readonly Refused[]>> = {
  placement_groups: (ids) => [
    ['POST', '', { name: 'z', type: 'spread', labels: badLabels }, '422 invalid_input'],
    ['POST', '', { name: 'x', type: 'spread' }, '409 uniqueness_error'],
    ['PUT', `/${ids['placement_group x']}`, { name: 'z', labels: badLabels }, '422 invalid_input'],
    ['PUT', `/${ids['placement_group x']}`, { name: 'y', labels: goodLabels }, '409 uniqueness_error'],
    ['DELETE', '/1', undefined, '404 not_found'],
  ],
  ssh_keys: (ids) => [
    ['POST', '', { name: 'z', public_key: 'none' }, '422 invalid_input'],
    ['POST', '', { name: 'z', public_key: publicKey }, '409 uniqueness_error'],
    ['PUT', `/${ids['ssh_key x']}`, { name: 'z', labels: badLabels }, '422 invalid_input'],
    ['PUT', `/${ids['ssh_key x']}`, { name: 'y', labels: goodLabels }, '409 uniqueness_error'],
    ['DELETE', '/1', undefined, '404 not_found'],
  ],
  networks: (ids) => [
    [
      'POST',
      '',
      { ...network, name: 'z', subnets: [subnet, { ...subnet, ip_range: '10.9.0.0/24' }] },
      '422 invalid_input',
    ],
    ['POST', '', { ...network, name: 'x' }, '409 uniqueness_error'],
    ['PUT', `/${ids['network x']}`, { name: 'z', expose_routes_to_vswitch: 'yes' }, '422 invalid_input'],
    ['PUT', `/${ids['network x']}`, { name: 'y', expose_routes_to_vswitch: true }, '409 uniqueness_error'],
    ['DELETE', `/${ids['network y']}`, undefined, '423 protected'],
  ],
  firewalls: (ids) => [
    [
      'POST',
      '',
      { name: 'z', apply_to: [onServer(ids['server x'] ?? 0), onServer(1)] },
      '422 firewall_resource_not_found',
    ],
    ['POST', '', { name: 'x', apply_to: [onServer(ids['server x'] ?? 0)] }, '409 uniqueness_error'],
    ['PUT', `/${ids['firewall x']}`, { name: 'z', labels: badLabels }, '422 invalid_input'],
    ['PUT', `/${ids['firewall x']}`, { name: 'y', labels: goodLabels }, '409 uniqueness_error'],
    ['DELETE', `/${ids['firewall x']}`, undefined, '422 resource_in_use'],
  ],
  servers: (ids) => [
    ['POST', '', server('z', { networks: [ids['network x'], 1] }), '404 not_found'],
    ['POST', '', server('z', { location: 'ash', networks: [ids['network x']] }), '422 no_subnet_available'],
    ['POST', '', server('z', { public_net: { enable_ipv6: true } }), '403 resource_limit_exceeded'],
    ['POST', '', server('x'), '409 uniqueness_error'],
    ['PUT', `/${ids['server x']}`, { name: 'z', labels: badLabels }, '422 invalid_input'],
    ['PUT', `/${ids['server x']}`, { name: 'y', labels: goodLabels }, '409 uniqueness_error'],
    ['DELETE', `/${ids['server y']}`, undefined, '423 protected'],
    ['DELETE', `/${ids['server x']}`, undefined, '423 locked'],
  ],
  images: (ids) => [
    ['PUT', `/${ids.image}`, { description: 'z', labels: badLabels }, '422 invalid_input'],
    ['PUT', `/${ids.image}`, { description: 'z', type: 'backup' }, '422 invalid_input'],
    ['DELETE', `/${ids.image}`, undefined, '423 protected'],
  ],
  primary_ips: (ids) => [
    ['POST', '', { name: 'z', type: 'ipv4', assignee_id: ids['server y'] }, '422 server_not_stopped'],
    ['POST', '', { name: 'x', type: 'ipv4', location: 'fsn1' }, '409 uniqueness_error'],
    ['PUT', `/${ids['primary_ip x']}`, { name: 'z', auto_delete: 'yes' }, '422 invalid_input'],
    ['PUT', `/${ids['primary_ip x']}`, { name: 'y', auto_delete: true }, '409 uniqueness_error'],
    ['DELETE', `/${ids['primary_ip y']}`, undefined, '423 protected'],
    ['DELETE', `/${ids.givenIp}`, undefined, '422 must_be_unassigned'],
  ],
  floating_ips: (ids) => [
    ['POST', '', { name: 'z', type: 'ipv4', server: 1 }, '404 not_found'],
    ['POST', '', { name: 'x', type: 'ipv4', server: ids['server x'] }, '409 uniqueness_error'],
    ['PUT', `/${ids['floating_ip x']}`, { name: 'z', description: 1 }, '422 invalid_input'],
    ['PUT', `/${ids['floating_ip x']}`, { name: 'y', description: 'z' }, '409 uniqueness_error'],
    ['DELETE', `/${ids['floating_ip y']}`, undefined, '423 protected'],
    ['DELETE', `/${ids['floating_ip x']}`, undefined, '422 must_be_unassigned'],
  ],
}

test('there is a refusal for every collection', () => {
  const { nextId, nextActionId, actions, ...collections } = emptyState()
  assert.equal(Object.keys(refusals).sort(), Object.keys(collections).sort())
})

/** An id that was thought of is not given again, which nobody sees. */
const changedTables = (before: State, after: State): readonly string[] =>
  Object.entries(before)
    .filter(([table, was]) => table !== 'nextId' && !isDeepStrictEqual(was, after[table as keyof State]))
    .map(([table]) => table)

for (const [collection, refusalsWith] of Object.entries(refusals)) {
  test(`what is refused in ${collection} changes nothing`, async () => {
    const store = createStore()
    const probe = await startProbe({ store, pools: { ...pools, ipv6: null } })
    const ids = await fill(probe)
    for (const [method, path, body, expected] of refusalsWith(ids)) {
      const before = structuredClone(store.state)
      const place = `${method} ${path} ${JSON.stringify(body)}`
      assert.is(refusal(await probe.call(method, `/${collection}${path}`, body)), expected, place)
      assert.equal(changedTables(before, store.state), [], place)
    }
    await probe.close()
  })
}

test('what everybody has can be looked at, and neither changed nor deleted', async () => {
  const probe = await startProbe()
  const [debian] = (await probe.call('GET', '/images?name=debian-12')).body.images
  assert.is((await probe.call('GET', `/images/${debian.id}`)).body.image.name, 'debian-12')
  for (const method of ['PUT', 'DELETE']) {
    assert.is(refusal(await probe.call(method, `/images/${debian.id}`, {})), '404 not_found')
  }
  await probe.close()
})

test('fields that are null stay as they are', async () => {
  const probe = await startProbe()
  const body = { type: 'ipv4', home_location: 'fsn1', description: 'first', labels: goodLabels }
  const made = (await probe.call('POST', '/floating_ips', body)).body.floating_ip
  assert.is(made.name, `floating-ip-${made.id}`)
  const changed = await probe.call('PUT', `/floating_ips/${made.id}`, { description: null, labels: null })
  assert.equal(changed.body.floating_ip, made)
  await probe.close()
})

test.run()
