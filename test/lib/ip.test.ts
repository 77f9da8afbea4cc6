import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { familyOf, isAddress, isInNetworks, isLoopback } from '../../lib/ip.ts'

const ip = suite('lib/ip')

for (const [text, is] of [
  ['192.0.2.1', true],
  ['2001:db8::1', true],
  ['10.1', false],
  ['ns1.example.test', false],
  ['[::1]', false],
  ['', false],
] as const) {
  ip(`${text || 'nothing'} is ${is ? 'an' : 'no'} address`, () => assert.is(isAddress(text), is))
}

ip('the family of an address', () => {
  assert.equal(['192.0.2.1', '2001:db8::1', '::ffff:192.0.2.1'].map(familyOf), [4, 6, 6])
})

for (const [text, is] of [
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['128.0.0.1', false],
  ['::2', false],
  ['::ffff:192.0.2.1', false],
  ['127.0.0.1.example.com', false],
  ['127.1', false],
] as const) {
  ip(`${text} is ${is ? '' : 'not '}this computer itself`, () => assert.is(isLoopback(text), is))
}

for (const [address, is] of [
  ['198.18.0.1', true],
  ['198.19.255.255', true],
  ['198.20.0.0', false],
  ['::ffff:198.18.0.1', true],
  ['2001:2:0:ffff::1', true],
  ['2001:2:1::1', false],
] as const) {
  ip(`${address} is ${is ? '' : 'not '}in the networks`, () =>
    assert.is(isInNetworks(address, ['198.18.0.0/15', '2001:2::/48']), is),
  )
}

ip('no address is in no network', () => assert.is(isInNetworks('198.18.0.1', []), false))

ip.run()
