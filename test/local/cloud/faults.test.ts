import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createFaults } from '../../../local/cloud/faults.ts'

const test = suite('local/cloud/faults')

const faultsWith = (...inputs: readonly unknown[]) => {
  const faults = createFaults()
  for (const input of inputs) faults.add(input)
  return faults
}

test('a request fault strikes as often as it says, then no more', () => {
  const faults = faultsWith({ method: 'POST', path: '/servers', times: 2, status: 503 })
  const strikes = ['POST', 'GET', 'POST', 'POST'].map((method) => faults.takeRequest(method, '/servers')?.status)
  assert.equal(strikes, [503, undefined, 503, undefined])
  assert.equal(faults.list(), [])
})

test('without method and path it strikes anything', () => {
  assert.is(faultsWith({ status: 500 }).takeRequest('DELETE', '/networks/1')?.status, 500)
})

test('a path is matched from its beginning', () => {
  const faults = faultsWith({ path: '/servers/7', status: 500 })
  assert.is(faults.takeRequest('GET', '/networks'), undefined)
  assert.is(faults.takeRequest('POST', '/servers/7/actions/poweron')?.status, 500)
})

test('faults of the same request strike in the order they were added', () => {
  const faults = faultsWith({ status: 502 }, { status: 503 })
  assert.equal([faults.takeRequest('GET', '/')?.status, faults.takeRequest('GET', '/')?.status], [502, 503])
})

test('an action fault strikes its command only', () => {
  const faults = faultsWith({ action: 'start_server', error: { code: 'x', message: 'y' } })
  assert.is(faults.takeRequest('POST', '/servers'), undefined)
  assert.is(faults.takeAction('create_server'), undefined)
  assert.equal(faults.takeAction('start_server')?.error, { code: 'x', message: 'y' })
  assert.is(faults.takeAction('start_server'), undefined)
})

test('a shortage lasts until it is cleared', () => {
  const faults = faultsWith({ unavailable: { serverType: 'cpx22', location: 'fsn1' } })
  assert.equal(
    [faults.isSoldOut('cpx22', 'fsn1'), faults.isSoldOut('cpx22', 'nbg1'), faults.isSoldOut('cpx22', 'fsn1')],
    [true, false, true],
  )
  faults.clear()
  assert.not(faults.isSoldOut('cpx22', 'fsn1'))
})

test('refuses what is no fault', () => {
  for (const input of [{ stauts: 500 }, { status: 200 }, { times: 0 }, { action: 1 }, { unavailable: {} }, 'x', null])
    assert.throws(() => faultsWith(input), JSON.stringify(input))
})

test.run()
