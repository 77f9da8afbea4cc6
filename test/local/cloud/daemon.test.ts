import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { network, request, server, until } from './probe.ts'
import { type Daemon, makeDirectory, run, startDaemon } from './process.ts'

const test = suite('local/cloud/daemon')

const { directory, remove } = makeDirectory()
const daemons: Daemon[] = []
test.after(async () => {
  for (const daemon of daemons) await daemon.end('SIGKILL')
  remove()
})

const start = async (options?: Parameters<typeof startDaemon>[1]): Promise<Daemon> => {
  const daemon = await startDaemon(directory, options)
  daemons.push(daemon)
  return daemon
}

test('killed in the middle of it, it comes back with all that it has answered', async () => {
  const first = await start({ options: ['--speed', 'usual'] })
  const net = (await request(`${first.endpoint}/networks`, 'POST', network)).body.network
  const { body } = await request(`${first.endpoint}/servers`, 'POST', server('ns1', { networks: [net.id] }))
  assert.is(await first.end('SIGKILL'), 'SIGKILL')

  const second = await start()
  const get = async (path: string) => (await request(`${second.endpoint}${path}`, 'GET')).body
  assert.equal((await get(`/networks/${net.id}`)).network, net)
  const found = (await get(`/servers/${body.server.id}`)).server
  assert.equal([found.name, found.public_net.ipv4, found.locked], ['ns1', body.server.public_net.ipv4, false])
  for (const { id, command } of [body.action, ...body.next_actions])
    assert.equal([command, (await get(`/actions/${id}`)).action.status], [command, 'error'])
  const deletion = await request(`${second.endpoint}/servers/${found.id}`, 'DELETE')
  await until(async () => (await get(`/actions/${deletion.body.action.id}`)).action.status === 'success')
  assert.ok(deletion.body.action.id > body.next_actions[1].id, 'ids are not given twice')
})

test('asked to end, it brings to an end what has begun and exits with 0', async () => {
  const first = await start()
  const { body } = await request(`${first.endpoint}/servers`, 'POST', server('ns2'))
  assert.is(await first.end('SIGTERM'), 0)
  const second = await start()
  const { action } = (await request(`${second.endpoint}/actions/${body.action.id}`, 'GET')).body
  assert.is(action.status, 'success')
  assert.is(await second.end('SIGTERM'), 0)
})

test('takes the token of its environment and no other', async () => {
  const { endpoint } = await start({ token: 'secret' })
  assert.is((await request(`${endpoint}/servers`, 'GET', undefined, 'other')).status, 401)
  assert.is((await request(`${endpoint}/servers`, 'GET', undefined, 'secret')).status, 200)
})

test('has the rate limit of a project, or the one that it is given', async () => {
  const limitOf = async ({ endpoint }: Daemon) =>
    (await request(`${endpoint}/servers`, 'GET')).headers.get('ratelimit-limit')
  assert.is(await limitOf(await start()), '3600')
  assert.is(await limitOf(await start({ options: ['--requests-per-hour', '7'] })), '7')
  assert.is(await limitOf(await start({ env: { TWIN_REQUESTS_PER_HOUR: '8' } })), '8')
})

test('listens on loopback only', async () => {
  const daemon = ['--import', 'tsx', 'local/cloud/daemon.ts', '--state', directory]
  const { code, stderr } = await run(process.execPath, [...daemon, '--listen', '0.0.0.0:8401'], {})
  assert.is(code, 1)
  assert.match(stderr, 'for this computer alone')
})

test.run()
