import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { network, publicKey, refusal, request, server, startProbe } from './probe.ts'

const test = suite('local/cloud/api')

const probe = await startProbe()
const guarded = await startProbe({ token: 'right' })
test.after(async () => {
  await probe.close()
  await guarded.close()
})

const keyFingerprint = '3d:b8:97:e4:e7:52:6b:b7:7f:48:3d:7e:d3:46:24:cc'

test('asks for a token, and looks at it only when there is one to compare with', async () => {
  const { endpoint } = guarded.cloud
  const missing = await request(`${endpoint}/servers`, 'GET', undefined, '')
  assert.is(missing.status, 401)
  assert.equal(missing.body, { error: { code: 'unauthorized', message: 'token is required', details: null } })
  const wrong = await request(`${endpoint}/servers`, 'GET', undefined, 'wrong')
  assert.equal([wrong.status, wrong.body.error.message], [401, 'the token you have provided is invalid'])
  assert.is((await request(`${endpoint}/servers`, 'GET', undefined, 'right')).status, 200)
  assert.is((await request(`${probe.cloud.endpoint}/servers`, 'GET', undefined, 'anything')).status, 200)
})

test('looks for the route before it looks at the token', async () => {
  const unknown = await request(`${guarded.cloud.endpoint}/nothing`, 'GET', undefined, '')
  assert.equal([unknown.status, unknown.body.error.message], [404, 'api route not found'])
  assert.is((await request(`${guarded.cloud.endpoint}/servers`, 'PATCH', undefined, '')).status, 401)
  assert.is(refusal(await probe.call('DELETE', '/servers')), '405 method_not_allowed')
})

test('every answer tells the rate limit and its own id', async () => {
  const ids = new Set<string | null>()
  for (const path of ['/servers', '/servers/1', '/nothing']) {
    const { headers } = await probe.call('GET', path)
    for (const name of ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'])
      assert.match(headers.get(name) ?? '', /^\d+$/, `${name} of ${path}`)
    ids.add(headers.get('x-correlation-id'))
  }
  assert.is(ids.size, 3)
  assert.not(ids.has(null))
})

test('counts requests and refuses those beyond the limit', async () => {
  const limited = await startProbe({ requestsPerHour: 2 })
  const first = await limited.call('GET', '/servers')
  assert.equal([first.headers.get('ratelimit-limit'), first.headers.get('ratelimit-remaining')], ['2', '1'])
  await limited.call('GET', '/servers')
  const third = await limited.call('GET', '/servers')
  assert.is(refusal(third), '429 rate_limit_exceeded')
  assert.is(third.body.error.message, 'limit of 2 requests per hour reached')
  await limited.close()
})

test('every error has code, message and details', async () => {
  const refusals = [
    await probe.call('GET', '/servers/1'),
    await probe.call('POST', '/servers', {}),
    await probe.call('POST', '/servers', server('x', { server_type: 'cx11' })),
    await probe.call('POST', '/networks', { name: 'x', ip_range: '8.8.0.0/16' }),
    await probe.call('POST', '/networks', { ...network, subnets: [{ type: 'cloud', network_zone: 'mars' }] }),
    await probe.call('GET', '/datacenters'),
    await probe.call('GET', '/actions'),
  ]
  assert.equal(refusals.map(refusal), [
    '404 not_found',
    '422 invalid_input',
    '422 invalid_input',
    '422 invalid_input',
    '422 invalid_input',
    '410 deprecated_api_endpoint',
    '422 invalid_input',
  ])
  for (const { body } of refusals) assert.equal(Object.keys(body.error), ['code', 'message', 'details'])
})

test('names every wrong field', async () => {
  const { body } = await probe.call('POST', '/servers', server('not a name', { image: null }))
  assert.match(body.error.message, "invalid input in fields 'name', 'image'")
  assert.equal(
    body.error.details.fields.map(({ name }: { name: string }) => name),
    ['name', 'image'],
  )
})

test('what is no JSON is refused as such', async () => {
  const answer = await fetch(`${probe.cloud.endpoint}/servers`, {
    method: 'POST',
    headers: { authorization: 'Bearer any' },
    body: '{"name":',
  })
  assert.equal([answer.status, ((await answer.json()) as { error: { code: string } }).error.code], [400, 'json_error'])
})

test('a deletion answers 204 without body and without content type', async () => {
  const created = await probe.call('POST', '/ssh_keys', { name: 'gone', public_key: publicKey })
  const { status, headers, text } = await probe.call('DELETE', `/ssh_keys/${created.body.ssh_key.id}`)
  assert.equal([status, headers.get('content-type'), text], [204, null, ''])
})

test('SSH keys are unique by name and by fingerprint, which is the MD5 of ssh-keygen', async () => {
  const { status, body } = await probe.call('POST', '/ssh_keys', { name: 'key', public_key: `${publicKey}\n` })
  assert.equal([status, body.ssh_key.fingerprint], [201, keyFingerprint])
  const again = await probe.call('POST', '/ssh_keys', { name: 'other', public_key: publicKey })
  assert.is(refusal(again), '409 uniqueness_error')
  assert.is(refusal(await probe.call('POST', '/ssh_keys', { name: 'key', public_key: 'x' })), '422 invalid_input')
  assert.is((await probe.call('GET', `/ssh_keys?fingerprint=${keyFingerprint}`)).body.ssh_keys.length, 1)
})

test('the same image name exists once per architecture', async () => {
  const architectures = async (query: string) =>
    (await probe.call('GET', `/images?name=debian-12${query}`)).body.images.map(
      ({ architecture }: { architecture: string }) => architecture,
    )
  assert.equal(await architectures(''), ['x86', 'arm'])
  assert.equal(await architectures('&architecture=arm&include_deprecated=true'), ['arm'])
})

test('lists what it never has as empty', async () => {
  for (const root of ['volumes', 'isos', 'load_balancers', 'certificates']) {
    const { body } = await probe.call('GET', `/${root}`)
    assert.equal([body[root], body.meta.pagination.total_entries], [[], 0])
  }
})

test('labels are replaced as a whole, other fields stay', async () => {
  const { body } = await probe.call('POST', '/placement_groups', { name: 'pg', type: 'spread', labels: { a: '1' } })
  const path = `/placement_groups/${body.placement_group.id}`
  const changed = await probe.call('PUT', path, { labels: { b: '2' }, unknown: true })
  assert.equal([changed.body.placement_group.labels, changed.body.placement_group.name], [{ b: '2' }, 'pg'])
  assert.is(refusal(await probe.call('PUT', path, { labels: { 'hetzner.cloud/x': '1' } })), '422 invalid_input')
})

test('labels are refused whatever the language makes of them', async () => {
  for (const labels of ['{"__proto__":"x"}', '{"a":1}', '["a"]', '"a"', '{"a":null}']) {
    const answer = await fetch(`${probe.cloud.endpoint}/placement_groups`, {
      method: 'POST',
      headers: { authorization: 'Bearer any' },
      body: `{"name":"odd","type":"spread","labels":${labels}}`,
    })
    assert.is(answer.status, 422, labels)
  }
})

test('names are unique for each kind', async () => {
  await probe.call('POST', '/networks', network)
  const again = await probe.call('POST', '/networks', network)
  assert.is(refusal(again), '409 uniqueness_error')
  assert.equal(
    [again.body.error.message, again.body.error.details],
    ['name is already used', { fields: [{ name: 'name' }] }],
  )
  assert.is((await probe.call('POST', '/firewalls', { name: 'net' })).status, 201)
})

test('says which datacenter it is, asked in the old way', async () => {
  const compat = await startProbe({ hasDatacenters: true })
  const created = await compat.call('POST', '/servers', { ...server('old'), location: null, datacenter: 'nbg1-dc3' })
  assert.equal([created.body.server.datacenter.name, created.body.server.location.name], ['nbg1-dc3', 'nbg1'])
  const { body } = await compat.call('GET', '/datacenters?name=hel1-dc2')
  assert.equal([body.datacenters.length, body.datacenters[0].id, body.recommendation], [1, 3, 1])
  await compat.close()
})

test.run()
