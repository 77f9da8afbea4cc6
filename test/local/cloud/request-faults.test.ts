import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { network, type Probe, publicKey, refusal, request, server, startProbe } from './probe.ts'

const test = suite<{ probe: Probe }>('local/cloud/request-faults')

test.before.each(async (context) => {
  context.probe = await startProbe({ token: 'any' })
})
test.after.each(({ probe }) => probe.close())

const control = (probe: Probe) => probe.cloud.endpoint.replace('/v1', '/faults')

test('is told beside the API, with the same token', async ({ probe }) => {
  assert.is((await request(control(probe), 'GET', undefined, 'wrong')).status, 401)
  assert.is((await request(control(probe), 'POST', { stauts: 500 })).status, 422)
  await probe.fault({ path: '/servers', status: 503 })
  assert.is((await request(control(probe), 'GET')).body.faults.length, 1)
  assert.is((await request(control(probe), 'DELETE')).status, 204)
  assert.equal((await request(control(probe), 'GET')).body.faults, [])
  assert.is((await probe.call('GET', '/servers')).status, 200)
})

test('refuses a request before it has any effect', async ({ probe }) => {
  const fault = { method: 'POST', path: '/networks', status: 412, code: 'resource_unavailable', message: 'no' }
  await probe.fault(fault)
  const { status, body, headers } = await probe.call('POST', '/networks', network)
  assert.equal([status, body], [412, { error: { code: 'resource_unavailable', message: 'no', details: null } }])
  assert.ok(headers.get('ratelimit-limit') && headers.get('x-correlation-id'))
  assert.equal((await probe.call('GET', '/networks')).body.networks, [])
})

test('refuses a request that has been carried out', async ({ probe }) => {
  await probe.fault({ method: 'POST', path: '/networks', status: 502, code: 'bad_gateway', afterEffect: true })
  const answer = await probe.call('POST', '/networks', network)
  assert.is(refusal(answer), '502 bad_gateway')
  assert.ok(answer.headers.get('x-correlation-id'))
  assert.is((await probe.call('GET', '/networks')).body.networks.length, 1)
})

test('carries a request out and hangs up', async ({ probe }) => {
  await probe.fault({ method: 'POST', path: '/ssh_keys', dropAfter: true })
  const lost = await probe.call('POST', '/ssh_keys', { name: 'key', public_key: publicKey }).catch(String)
  assert.match(String(lost), 'fetch failed')
  assert.is((await probe.call('GET', '/ssh_keys')).body.ssh_keys.length, 1)
})

test('never answers', async ({ probe }) => {
  await probe.fault({ hang: true })
  const signal = AbortSignal.timeout(100)
  const answer = fetch(`${probe.cloud.endpoint}/servers`, { headers: { authorization: 'Bearer any' }, signal })
  assert.match(String(await answer.catch(String)), 'TimeoutError')
})

test('answers late', async () => {
  const probe = await startProbe({ clock: systemClock })
  await probe.fault({ delayMs: 150 })
  const began = performance.now()
  assert.is((await probe.call('GET', '/servers')).status, 200)
  assert.ok(performance.now() - began > 140)
  await probe.close()
})

test('limits the rate, and says until when', async ({ probe }) => {
  await probe.fault({ status: 429, resetSeconds: 2 })
  const answer = await probe.call('GET', '/servers')
  const reset = Number(answer.headers.get('ratelimit-reset')) - Date.now() / 1000
  assert.is(refusal(answer), '429 rate_limit_exceeded')
  assert.ok(reset > 0 && reset <= 3, `${reset} s from now`)
})

test('fails an action', async ({ probe }) => {
  await probe.fault({ action: 'start_server', error: { code: 'unknown_error', message: 'as scripted' } })
  const { body } = await probe.call('POST', '/servers', server('ns1'))
  const { actions } = (await probe.settled(`/servers/${body.server.id}/actions?sort=id`)).body
  assert.equal(
    actions.map(({ status, error }: Record<string, unknown>) => [status, error]),
    [
      ['success', null],
      ['error', { code: 'unknown_error', message: 'as scripted' }],
    ],
  )
  assert.is(probe.machines.get(body.server.id)?.state, 'off')
})

test.run()
