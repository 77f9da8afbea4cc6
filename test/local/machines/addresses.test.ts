import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bareAddress, firstAddressOf, ipv6PrefixOf, linkLocalOf } from '../../../local/machines/addresses.ts'

const test = suite('local/machines/addresses')

test('takes an address out of what may carry a prefix length', () => {
  assert.is(bareAddress('10.0.0.7/32'), '10.0.0.7')
  assert.is(bareAddress('2001:2::1'), '2001:2::1')
})

test('the gateway of a network is its first address', () => {
  assert.is(firstAddressOf('10.0.0.0/16'), '10.0.0.1')
  assert.is(firstAddressOf('192.168.255.0/24'), '192.168.255.1')
})

test('an address lies in its /64', () => {
  assert.is(ipv6PrefixOf('2001:2:0:10a::1'), '2001:2:0:10a::/64')
})

// the example of RFC 4291, appendix A: 34-56-78-9A-BC-DE gives 3656:78FF:FE9A:BCDE
test('a MAC address makes a link-local address', () => {
  assert.is(linkLocalOf('34:56:78:9a:bc:de'), 'fe80::3656:78ff:fe9a:bcde')
  assert.is(linkLocalOf('96:00:00:00:00:0b'), 'fe80::9400:ff:fe00:b')
})

test.run()
