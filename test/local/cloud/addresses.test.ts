import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  allocateFloating,
  allocatePrivate,
  allocatePublic,
  contains,
  firstAddressOf,
  freeSubnet,
  hostAddressOf,
  macOf,
  overlaps,
  parseRange,
} from '../../../local/cloud/addresses.ts'

const test = suite('local/cloud/addresses')

const pools = { ipv4: '198.18.3.0/24', ipv6: '2001:2:0:300::/56' }

const range = (cidr: string) => {
  const parsed = parseRange(cidr)
  if (!parsed) throw new Error(`${cidr} is no range`)
  return parsed
}

test('gives servers the lowest free address, so that addresses are soon reused', () => {
  assert.is(allocatePublic(pools, 'ipv4', new Set()), '198.18.3.10')
  assert.is(allocatePublic(pools, 'ipv4', new Set(['198.18.3.10', '198.18.3.12'])), '198.18.3.11')
  assert.is(allocatePublic(pools, 'ipv6', new Set()), '2001:2:0:30a::/64')
  assert.is(allocatePublic(pools, 'ipv6', new Set(['2001:2:0:30a::/64'])), '2001:2:0:30b::/64')
})

test('keeps Floating IPs out of the range of servers', () => {
  assert.is(allocateFloating(pools, 'ipv4', new Set()), '198.18.3.200')
  assert.is(allocateFloating(pools, 'ipv6', new Set(['2001:2:0:3c8::/64'])), '2001:2:0:3c9::/64')
})

test('refuses when the pool is used up', () => {
  const all = new Set(Array.from({ length: 256 }, (_, index) => `198.18.3.${index}`))
  assert.throws(
    () => allocatePublic(pools, 'ipv4', all),
    (error: { code: string; status: number }) => error.code === 'resource_limit_exceeded' && error.status === 403,
  )
})

test('the host is the first of its /64', () => {
  assert.is(hostAddressOf('2001:2:0:30a::/64'), '2001:2:0:30a::1')
})

test('reads networks, and nothing with host bits or out of bounds', () => {
  assert.equal(parseRange('10.0.0.0/30'), { first: 167_772_160, last: 167_772_163 })
  assert.equal(parseRange('0.0.0.0/0'), { first: 0, last: 4_294_967_295 })
  for (const text of ['10.0.0.1/24', '10.0.0.0', '10.0.0.0/33', '10.0.256.0/24', 'fd00::/64', ''])
    assert.is(parseRange(text), undefined, text)
})

test('compares ranges', () => {
  assert.ok(contains(range('10.0.0.0/8'), range('10.1.0.0/16')))
  assert.not(contains(range('10.1.0.0/16'), range('10.0.0.0/8')))
  assert.ok(overlaps(range('10.0.0.0/8'), range('10.1.0.0/16')))
  assert.not(overlaps(range('10.0.0.0/24'), range('10.0.1.0/24')))
})

test("leaves the network's first address to its gateway, in every subnet", () => {
  assert.is(firstAddressOf('10.0.0.0/16'), '10.0.0.1')
  assert.is(allocatePrivate('10.0.0.0/24', '10.0.0.0/16', new Set()), '10.0.0.2')
  assert.is(allocatePrivate('10.0.1.0/24', '10.0.0.0/16', new Set()), '10.0.1.1')
  assert.is(allocatePrivate('10.0.0.0/30', '10.0.0.0/16', new Set(['10.0.0.2'])), undefined)
})

test('finds the first free /24', () => {
  assert.is(freeSubnet(range('10.0.0.0/16'), [range('10.0.0.0/24'), range('10.0.2.0/24')]), '10.0.1.0/24')
  assert.is(freeSubnet(range('10.0.0.0/24'), [range('10.0.0.0/25')]), undefined)
})

test('makes MAC addresses as at Hetzner', () => {
  assert.is(macOf('96', 130_000_001), '96:00:07:bf:a4:81')
  assert.is(macOf('86', 1), '86:00:00:00:00:01')
})

test.run()
