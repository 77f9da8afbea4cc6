import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findDifferingRrsets } from '../../../lib/zones/difference.ts'
import type { RRset } from '../../../lib/zones/rrset.ts'

const difference = suite('lib/zones/difference')

const rrset = (name: string, changes: Partial<RRset> = {}): RRset => ({
  name,
  type: 'A',
  ttl: 60,
  rdata: ['192.0.2.1'],
  octets: 4,
  ...changes,
})
const zone = [rrset('a.test.'), rrset('b.test.')]

for (const [title, other, differing] of [
  ['nothing, in whatever order', [...zone].reverse(), []],
  ['data', [rrset('a.test.', { rdata: ['192.0.2.2'] }), rrset('b.test.')], ['a.test. A']],
  ['the TTL', [rrset('a.test.'), rrset('b.test.', { ttl: 61 })], ['b.test. A']],
  ['what only one side has', [rrset('b.test.'), rrset('c.test.', { type: 'MX' })], ['a.test. A', 'c.test. MX']],
] as const) {
  difference(title, () => {
    assert.equal(findDifferingRrsets(zone, other), differing)
    assert.equal(findDifferingRrsets(other, zone), differing)
  })
}

difference.run()
