import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HcloudError } from '../../../lib/hcloud/errors.ts'
import { action, done, failed, server } from './objects.ts'
import { clientFor, type Exchange, json, page, refuse, startScriptedServer } from './scripted-server.ts'

const servers = suite('servers')
const scripted = await startScriptedServer()
servers.after(() => scripted.close())

const act = (name: string): string => `POST /servers/42/actions/${name}`
const started = (id: number) => json(201, { action: action(id) })
const ended = (id: number): Exchange => [
  `GET /actions?id=${id}&sort=status&sort=id`,
  json(200, { actions: [done(id)] }),
]
const runningList = 'GET /servers/42/actions?status=running&page=1&per_page=50'
const one = (fields = {}) => json(200, { server: server(fields) })
const gone: Exchange = ['GET /servers/42', refuse(404, 'not_found')]

const run = async (use: (client: ReturnType<typeof clientFor>['hcloud']) => Promise<unknown>) => {
  const { hcloud, slept } = clientFor(scripted.endpoint)
  const result = await use(hcloud)
  assert.equal(scripted.rest(), [])
  return { result, slept }
}
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof HcloudError ? error.code : String(error)),
  )

servers('find is exact by name, and undefined when there is none', async () => {
  scripted.script(
    ['GET /servers?name=ns1&page=1&per_page=50', page('servers', [server({ name: 'ns1' })])],
    ['GET /servers?name=ns9&page=1&per_page=50', page('servers', [])],
  )
  const { result } = await run(async (hcloud) => [await hcloud.servers.find('ns1'), await hcloud.servers.find('ns9')])
  assert.equal(result, [server({ name: 'ns1' }), undefined])
})

servers('get of what is not there throws not_found', async () => {
  scripted.script(gone)
  assert.is(await codeOf(clientFor(scripted.endpoint).hcloud.servers.get(42)), 'not_found')
})

servers('update sends only what changes', async () => {
  scripted.script(['PUT /servers/42', one({ name: 'ns1' })])
  const { result } = await run((hcloud) => hcloud.servers.update(42, { name: 'ns1' }))
  assert.equal(result, server({ name: 'ns1' }))
  assert.equal(scripted.received()[0]?.body, { name: 'ns1' })
})

servers('delete waits for its action and until the server is gone', async () => {
  scripted.script(['DELETE /servers/42', json(200, { action: action(1) })], ended(1), ['GET /servers/42', one()], gone)
  await run((hcloud) => hcloud.servers.delete(42))
})

servers('delete of what is not there is done', async () => {
  scripted.script(['DELETE /servers/42', refuse(404, 'not_found')], gone)
  await run((hcloud) => hcloud.servers.delete(42))
})

servers('delete of a protected server is refused at once', async () => {
  scripted.script(['DELETE /servers/42', refuse(423, 'protected')])
  assert.is(await codeOf(clientFor(scripted.endpoint).hcloud.servers.delete(42)), 'protected')
})

servers('a repeated delete that meets its own first try is done', async () => {
  scripted.script(
    ['DELETE /servers/42', { status: 504 }],
    ['DELETE /servers/42', refuse(423, 'locked')],
    [runningList, page('actions', [action(1, { command: 'delete_server' })])],
    ended(1),
    ['DELETE /servers/42', refuse(404, 'not_found')],
    gone,
  )
  await run((hcloud) => hcloud.servers.delete(42))
})

servers('changeProtection sets deletion and rebuild alike', async () => {
  scripted.script([act('change_protection'), started(1)], ended(1))
  await run((hcloud) => hcloud.servers.changeProtection(42, true))
  assert.equal(scripted.received()[0]?.body, { delete: true, rebuild: true })
})

servers('locked: waits for what the server is doing, however it ends, and tries again', async () => {
  scripted.script(
    [act('change_protection'), refuse(423, 'locked')],
    [runningList, page('actions', [action(7)])],
    ['GET /actions?id=7&sort=status&sort=id', json(200, { actions: [failed(7)] })],
    [act('change_protection'), refuse(423, 'locked')],
    [runningList, page('actions', [])],
    [act('change_protection'), started(8)],
    ended(8),
  )
  const { slept } = await run((hcloud) => hcloud.servers.changeProtection(42, true))
  assert.equal(slept, [500, 2000, 500])
})

servers('locked: gives up after five tries', async () => {
  const again: readonly Exchange[] = [
    [act('change_protection'), refuse(423, 'locked')],
    [runningList, page('actions', [])],
  ]
  scripted.script(...again, ...again, ...again, ...again, [act('change_protection'), refuse(423, 'locked')])
  const { result } = await run((hcloud) => codeOf(hcloud.servers.changeProtection(42, true)))
  assert.is(result, 'locked')
})

servers('a name taken at a rename rises', async () => {
  scripted.script(['PUT /servers/42', refuse(409, 'uniqueness_error')])
  const { result } = await run((hcloud) => codeOf(hcloud.servers.update(42, { name: 'ns1' })))
  assert.is(result, 'uniqueness_error')
})

servers.run()
