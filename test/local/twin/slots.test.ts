import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { freeSlots, overlap, rangeOf, readRoutes } from '../../../local/twin/slots.ts'

const test = suite('local/twin/slots')

test('reads addresses and ranges of both families', () => {
  assert.equal(rangeOf('198.18.1.7/24'), { bits: 32, first: 0xc6120100n, last: 0xc61201ffn })
  assert.equal(rangeOf('::1'), { bits: 128, first: 1n, last: 1n })
  assert.is(rangeOf('2001:2:0:100::/56').first, 0x2001_0002_0000_0100_0000_0000_0000_0000n)
})

for (const [a, b, expected] of [
  ['198.18.0.0/15', '198.18.7.0/24', true],
  ['198.18.7.9', '198.18.7.0/24', true],
  ['198.18.6.0/24', '198.18.7.0/24', false],
  ['2001:2::/48', '2001:2:0:700::/56', true],
  ['::/96', '0.0.0.0/0', false],
] as const) {
  test(`${a} and ${b} ${expected ? 'overlap' : 'do not overlap'}`, () => {
    assert.is(overlap(rangeOf(a), rangeOf(b)), expected)
  })
}

test('a slot is free when no route touches its ranges, in either family', () => {
  assert.equal(freeSlots(['default', '192.0.2.0/24', 'fe80::/64']).slice(0, 2), [1, 2])
  assert.equal(freeSlots(['198.18.1.0/24', '198.18.2.254', '2001:2:0:300::/56']).slice(0, 2), [4, 5])
})

test('nor those of its little internet', () => {
  assert.equal(freeSlots(['198.19.1.0/24', '2001:2:0:8200::53']).slice(0, 2), [3, 4])
})

for (const range of ['198.18.0.0/15', '198.19.0.0/16', '2001:2::/48']) {
  test(`with a route over all of ${range} none is free`, () => {
    assert.equal(freeSlots([range]), [])
  })
}

test('sees the routes of this computer', async () => {
  assert.ok((await readRoutes()).some((route) => route.startsWith('127.0.0.')))
})

test.run()
