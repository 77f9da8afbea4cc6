import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../lib/errors.ts'
import { ActionError, type HcloudError } from '../../../lib/hcloud/errors.ts'
import { action, done, failed, server, serverId } from './objects.ts'
import { clientFor, fault, json, page, refuse, startScriptedServer } from './scripted-server.ts'

const createServer = suite('create-server')
const scripted = await startScriptedServer()
createServer.after(() => scripted.close())

const labels = { project: 'dns', generation: '1700000000' }
const body = { name: 'ns1-next', server_type: 'cpx22', image: 'debian-12', location: 'fsn1', labels }
const post = 'POST /servers'
const get = `GET /servers/${serverId}`
const byName = 'GET /servers?name=ns1-next&page=1&per_page=50'
const created = (...next: readonly unknown[]) =>
  json(201, { server: server({ status: 'initializing' }), action: action(1), next_actions: next, root_password: 'pw' })
const poll = (...ids: readonly number[]) => `GET /actions?${ids.map((id) => `id=${id}&`).join('')}sort=status&sort=id`
const found = (...actions: readonly unknown[]) => json(200, { actions })
const one = (fields = {}) => json(200, { server: server(fields) })
const bare502 = { status: 502, text: 'bad gateway' }

const outcome = async (more: object = {}, timeoutMs = 60_000) => {
  const { hcloud, slept } = clientFor(scripted.endpoint, { timeoutMs: 1000 })
  const result: unknown = await hcloud.servers.createReady({ ...body, ...more }, { timeoutMs }).catch((e: unknown) => e)
  assert.equal(scripted.rest(), [])
  return { result, slept }
}

createServer('waits for every action, then until running, attached and behind its firewall', async () => {
  const attached = [{ network: 5, ip: '10.0.0.2', alias_ips: [], mac_address: '86:00:00:00:00:01' }]
  const pending = { firewalls: [{ id: 3, status: 'pending' as const }] }
  const applied = { firewalls: [{ id: 3, status: 'applied' as const }] }
  scripted.script(
    [post, created(action(2), action(3))],
    [poll(1, 2, 3), found(done(1), done(2), action(3))],
    [poll(3), found(done(3))],
    [get, one({ status: 'initializing' })],
    [get, one()],
    [get, one({ private_net: attached, public_net: pending })],
    [get, one({ private_net: attached, public_net: applied })],
  )
  const { result } = await outcome({ networks: [5], firewalls: [{ firewall: 3 }] })
  assert.equal(result, server({ private_net: attached, public_net: applied }))
})

createServer('without start_after_create, off is ready', async () => {
  scripted.script([post, created()], [poll(1), found(done(1))], [get, one({ status: 'off' })])
  assert.equal((await outcome({ start_after_create: false })).result, server({ status: 'off' }))
  assert.equal(scripted.received()[0]?.body, { ...body, start_after_create: false })
})

createServer('a failed action removes the half-made server and says so', async () => {
  scripted.script(
    [post, created(action(2))],
    [poll(1, 2), found(failed(2, { command: 'attach_to_network' }), done(1))],
    [`DELETE /servers/${serverId}`, json(200, { action: action(9) })],
    [poll(9), found(done(9))],
    [get, one({ status: 'deleting' })],
    [get, refuse(404, 'not_found')],
  )
  const { result } = await outcome()
  assert.instance(result, ActionError)
  assert.match((result as ActionError).message, /^attach_to_network .* failed: server is locked/)
  assert.match((result as ActionError).hint ?? '', `half-made server ns1-next (${serverId}) was removed`)
})

createServer('when the half-made server cannot be removed, the first error stays and the hint says it', async () => {
  scripted.script(
    [post, created()],
    [poll(1), found(failed(1))],
    [`DELETE /servers/${serverId}`, refuse(423, 'protected')],
  )
  const { result } = await outcome()
  assert.instance(result, ActionError)
  assert.match((result as ActionError).hint ?? '', /still there, delete it by hand: .*protected/)
})

createServer('when the actions take too long the server stays, and the error names them', async () => {
  scripted.script([post, created()], [poll(1), found(action(1))], [poll(1), found(action(1, { progress: 50 }))])
  const { result } = await outcome({}, 900)
  assert.match((result as InfraError).message, /^still running after 1 s: create_server .* at 50 %$/)
})

createServer('after a deadline the server stays, and the error says what was last seen', async () => {
  scripted.script([post, created()], [poll(1), found(done(1))], [get, one({ status: 'off' })])
  const { result } = await outcome({}, 900)
  assert.instance(result, InfraError)
  assert.match((result as InfraError).message, /ns1-next .*Last seen: status off/)
})

for (const [title, lost] of [
  ['cut connection', [[post, fault('cut')]]],
  [
    'gateway fault, then the name is taken',
    [
      [post, bare502],
      [post, refuse(409, 'uniqueness_error')],
    ],
  ],
  [
    'timeout, then the name is taken',
    [
      [post, fault('hang')],
      [post, refuse(409, 'uniqueness_error')],
    ],
  ],
  ['malformed answer', [[post, { status: 201, text: '{"server":' }]]],
] as const) {
  createServer(`adopts the server whose answer was lost: ${title}`, async () => {
    scripted.script(
      ...lost,
      [byName, page('servers', [server({ status: 'starting' })])],
      [`GET /servers/${serverId}/actions?page=1&per_page=50`, page('actions', [done(1), action(2)])],
      [poll(2), found(done(2))],
      [get, one()],
    )
    assert.equal((await outcome()).result, server())
  })
}

createServer('an adopted server with a failed action is removed like any half-made one', async () => {
  scripted.script(
    [post, fault('cut')],
    [byName, page('servers', [server()])],
    [`GET /servers/${serverId}/actions?page=1&per_page=50`, page('actions', [failed(1)])],
    [`DELETE /servers/${serverId}`, refuse(404, 'not_found')],
    [get, refuse(404, 'not_found')],
  )
  assert.instance((await outcome()).result, ActionError)
})

for (const [title, other] of [
  ['another generation', { ...labels, generation: '1' }],
  ['more labels than ours', { ...labels, owner: 'x' }],
  ['no labels', {}],
] as const) {
  createServer(`does not adopt a server with ${title}, and names it`, async () => {
    const taken = page('servers', [server({ labels: other })])
    scripted.script([post, bare502], [post, refuse(409, 'uniqueness_error')], [byName, taken], [byName, taken])
    const { result } = await outcome()
    assert.equal((result as HcloudError).code, 'uniqueness_error')
    assert.match((result as HcloudError).message, `server ${serverId} has that name already`)
  })
}

createServer('does not adopt when no answer was lost, whatever the labels', async () => {
  scripted.script([post, refuse(409, 'uniqueness_error')], [byName, page('servers', [server()])])
  assert.equal(((await outcome()).result as HcloudError).code, 'uniqueness_error')
})

createServer('does not adopt without labels to tell by', async () => {
  scripted.script([post, fault('cut')])
  assert.equal(((await outcome({ labels: {} })).result as HcloudError).code, 'connection_lost')
})

createServer('a lost answer with nothing made rises, also when the look-up fails', async () => {
  for (const lookUp of [page('servers', []), refuse(500, 'server_error')]) {
    scripted.script([post, fault('cut')], [byName, lookUp])
    const { result } = await outcome()
    assert.equal([(result as HcloudError).code, (result as HcloudError).maybeDone], ['connection_lost', true])
  }
})

createServer('waits for a name whose last bearer is being deleted', async () => {
  scripted.script(
    [post, refuse(409, 'uniqueness_error')],
    [byName, page('servers', [server({ status: 'deleting' })])],
    [post, refuse(409, 'uniqueness_error')],
    [byName, page('servers', [])],
    [post, created()],
    [poll(1), found(done(1))],
    [get, one()],
  )
  const { result, slept } = await outcome()
  assert.equal(result, server())
  assert.equal(slept, [2000, 2000, 500])
})

createServer('a refusal names server, type and location, and is not repeated', async () => {
  scripted.script([post, refuse(412, 'resource_unavailable', { message: 'error during placement' })])
  const { result } = await outcome()
  assert.is(
    (result as HcloudError).message,
    'create server ns1-next (cpx22 in fsn1): error during placement (resource_unavailable)',
  )
  assert.match((result as HcloudError).hint ?? '', /another server type or location/)
})

createServer.run()
