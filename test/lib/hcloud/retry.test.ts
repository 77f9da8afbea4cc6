import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { HcloudError } from '../../../lib/hcloud/errors.ts'
import { backoffMs, isRetried, waitBeforeRetryMs } from '../../../lib/hcloud/retry.ts'
import { clientFor, type Exchange, fault, json, page, refuse, startScriptedServer } from './scripted-server.ts'

const retry = suite('retry')
const scripted = await startScriptedServer()
retry.after(() => scripted.close())

const list = 'GET /servers?page=1&per_page=50'
const create = 'POST /ssh_keys'
const repeat = (times: number, ...exchange: Exchange): Exchange[] => Array.from({ length: times }, () => exchange)
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof HcloudError ? error.code : error),
  )
const bare = (status: number) => ({ status, headers: { 'content-type': 'text/html' }, text: '<h1>gateway</h1>' })
const key = { name: 'operator', public_key: 'ssh-ed25519 AAAA' }

for (const [title, error, method, retried] of [
  ['conflict', { code: 'conflict', status: 409 }, 'POST', true],
  ['rate limit', { code: 'rate_limit_exceeded', status: 429 }, 'DELETE', true],
  ['bad gateway', { code: 'bad_gateway', status: 502 }, 'POST', true],
  ['timeout', { code: 'timeout', status: 504 }, 'PUT', true],
  ['network timeout', { code: 'network_timeout' }, 'POST', true],
  ['locked', { code: 'locked', status: 423 }, 'POST', false],
  ['no capacity', { code: 'resource_unavailable', status: 412 }, 'POST', false],
  ['server error', { code: 'server_error', status: 500 }, 'GET', false],
  ['service error', { code: 'service_error', status: 422 }, 'POST', false],
  ['unavailable, writing', { code: 'unavailable', status: 503 }, 'POST', false],
  ['unavailable, reading', { code: 'unavailable', status: 503 }, 'GET', true],
  ['maintenance with status 503, reading', { code: 'maintenance', status: 503 }, 'GET', true],
  ['refused connection, writing', { code: 'connection_refused' }, 'POST', false],
  ['refused connection, reading', { code: 'connection_refused' }, 'GET', true],
  ['lost connection, writing', { code: 'connection_lost' }, 'DELETE', false],
  ['lost connection, reading', { code: 'connection_lost' }, 'GET', true],
  ['mistyped host, reading', { code: 'host_not_found' }, 'GET', false],
] as const) {
  retry(`${retried ? 'repeats' : 'does not repeat'} after: ${title}`, () => {
    assert.is(isRetried(new HcloudError(title, error), method), retried)
  })
}

retry('backs off 1, 2, 4, 8, 16 s at most, never over a minute and never under a second', () => {
  const attempts = [0, 1, 2, 3, 4, 9]
  assert.equal(
    attempts.map((attempt) => backoffMs(attempt, 1)),
    [1000, 2000, 4000, 8000, 16_000, 60_000],
  )
  assert.equal(
    attempts.map((attempt) => backoffMs(attempt, 0)),
    [1000, 1000, 1000, 1000, 1000, 1000],
  )
})

retry('waits for a rate limit until its reset, no shorter than the backoff, no longer than an hour', () => {
  const limited = (rateLimitReset: number) => new HcloudError('x', { code: 'rate_limit_exceeded', rateLimitReset })
  assert.equal(
    [1010, 990, 99_999].map((reset) => waitBeforeRetryMs(limited(reset), 1500, 1_000_000)),
    [10_000, 1500, 3_600_000],
  )
})

retry('gets through after conflict, gateway faults and a rate limit, and says each wait', async () => {
  const { hcloud, slept, waits } = clientFor(scripted.endpoint)
  const limit = json(429, {
    error: { code: 'rate_limit_exceeded', message: 'limit of 3600 requests per hour reached' },
  })
  const reset = { 'ratelimit-reset': String(1_700_000_000 + 100) }
  scripted.script(
    [create, refuse(409, 'conflict')],
    [create, bare(502)],
    [create, bare(504)],
    [create, { ...limit, headers: { ...limit.headers, ...reset } }],
    [create, json(201, { ssh_key: { id: 1, ...key } })],
  )
  assert.equal(await hcloud.sshKeys.create(key), { id: 1, ...key })
  assert.equal(scripted.rest(), [])
  assert.equal(
    slept.slice(0, 3).map((ms, n) => ms >= 1000 && ms <= 2 ** n * 1000),
    [true, true, true],
  )
  assert.is(
    slept.reduce((sum, ms) => sum + ms),
    100_000,
    'the rate limit was waited out to the second of its reset',
  )
  assert.match(waits[3] ?? '', /^POST \/ssh_keys: limit of 3600 requests per hour reached .*; trying again in \d+ s$/)
})

retry('gives up after five repetitions', async () => {
  const { hcloud, slept } = clientFor(scripted.endpoint)
  scripted.script(...repeat(6, list, refuse(409, 'conflict')))
  assert.is(await codeOf(hcloud.servers.list()), 'conflict')
  assert.is(scripted.rest().length, 0)
  assert.is(slept.length, 5)
})

for (const [title, reply] of [
  ['503', bare(503)],
  ['connection cut', fault('cut')],
  ['answer cut short', fault('cut-body')],
] as const) {
  retry(`reading survives: ${title}`, async () => {
    scripted.script([list, reply], [list, page('servers', [])])
    assert.equal(await clientFor(scripted.endpoint).hcloud.servers.list(), [])
  })
}

retry('a hung socket is a timeout and is tried again, writing too', async () => {
  const { hcloud } = clientFor(scripted.endpoint, { timeoutMs: 40 })
  scripted.script([create, fault('hang')], [create, json(201, { ssh_key: { id: 2, ...key } })])
  assert.equal(await hcloud.sshKeys.create(key), { id: 2, ...key })
})

retry('writing is not repeated after a cut connection, and the error says that it may have been done', async () => {
  const { hcloud, slept } = clientFor(scripted.endpoint)
  scripted.script(['PUT /servers/1', fault('cut')])
  const error = await hcloud.servers.update(1, { name: 'ns1' }).catch((reason: unknown) => reason)
  assert.instance(error, HcloudError)
  assert.equal([(error as HcloudError).code, (error as HcloudError).maybeDone], ['connection_lost', true])
  assert.equal(slept, [])
})

retry('a refusal after a lost answer still says that the first try may have been done', async () => {
  const { hcloud } = clientFor(scripted.endpoint)
  scripted.script(['PUT /servers/1', bare(502)], ['PUT /servers/1', refuse(409, 'uniqueness_error')])
  const error = await hcloud.servers.update(1, { name: 'ns1' }).catch((reason: unknown) => reason)
  assert.equal([(error as HcloudError).code, (error as HcloudError).maybeDone], ['uniqueness_error', true])
})

retry('a refused connection is repeated for reading only', async () => {
  const closed = await startScriptedServer()
  await closed.close()
  const reading = clientFor(closed.endpoint)
  assert.is(await codeOf(reading.hcloud.servers.list()), 'connection_refused')
  assert.is(reading.slept.length, 5)
  const writing = clientFor(closed.endpoint)
  assert.is(await codeOf(writing.hcloud.sshKeys.create(key)), 'connection_refused')
  assert.equal(writing.slept, [])
})

retry('an abort ends the wait with its reason', async () => {
  const controller = new AbortController()
  const reason = new Error('interrupted')
  const { hcloud } = clientFor(scripted.endpoint, {
    signal: controller.signal,
    onWait: () => controller.abort(reason),
  })
  scripted.script([list, refuse(409, 'conflict')])
  assert.is(await codeOf(hcloud.servers.list()), reason)
})

retry.run()
