import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compareZones, findDifferingRrsets } from '../../../lib/zones/difference.ts'
import type { RRset } from '../../../lib/zones/rrset.ts'
import type { Zone } from '../../../lib/zones/zone.ts'

const difference = suite('lib/zones/difference')

const rrset = (name: string, changes: Partial<RRset> = {}): RRset => ({
  name,
  type: 'A',
  ttl: 60,
  rdata: ['192.0.2.1'],
  octets: 4,
  ...changes,
})
const records = [rrset('a.test.'), rrset('b.test.')]

for (const [title, other, differing] of [
  ['nothing, in whatever order', [...records].reverse(), []],
  ['data', [rrset('a.test.', { rdata: ['192.0.2.2'] }), rrset('b.test.')], ['a.test. A']],
  ['the TTL', [rrset('a.test.'), rrset('b.test.', { ttl: 61 })], ['b.test. A']],
  ['what only one side has', [rrset('b.test.'), rrset('c.test.', { type: 'MX' })], ['a.test. A', 'c.test. MX']],
] as const) {
  difference(title, () => {
    assert.equal(findDifferingRrsets(records, other), differing)
    assert.equal(findDifferingRrsets(other, records), differing)
  })
}

const soa = (origin: string, data = '1 7200 3600 1209600 300'): RRset =>
  rrset(origin, { type: 'SOA', ttl: 3600, rdata: [`ns1.${origin} hostmaster.${origin} ${data}`] })
const zone = (origin: string, rrsets: readonly RRset[], first = soa(origin)): Zone => ({
  origin,
  serial: 1,
  text: '',
  rrsets: [first, ...rrsets],
})

difference('zones that go come first, then those that come, then those that change; what stays is left out', () => {
  const before = ['stays.test.', 'changes.test.', 'goes.test.'].map((origin) => zone(origin, []))
  const after = [zone('stays.test.', []), zone('changes.test.', [rrset('x.changes.test.')]), zone('comes.test.', [])]
  const found = compareZones(before, after)
  assert.equal(
    found.map(({ zone: name, kind, had, rrsets }) => [name, kind, had, rrsets.length]),
    [
      ['goes.test', 'goes', 1, 1],
      ['comes.test', 'comes', 0, 1],
      ['changes.test', 'changes', 1, 1],
    ],
  )
})

difference('the serial is no difference, and what else the SOA holds is one', () => {
  const before = [zone('a.test.', [])]
  const serial = [zone('a.test.', [], soa('a.test.', '1790000000 7200 3600 1209600 300'))]
  const minimum = [zone('a.test.', [], soa('a.test.', '1790000000 7200 3600 1209600 60'))]
  assert.equal(compareZones(before, serial), [])
  assert.equal(compareZones(before, minimum)[0]?.rrsets, [
    {
      name: 'a.test.',
      type: 'SOA',
      before: { ttl: 3600, rdata: ['ns1.a.test. hostmaster.a.test. 0 7200 3600 1209600 300'] },
      after: { ttl: 3600, rdata: ['ns1.a.test. hostmaster.a.test. 0 7200 3600 1209600 60'] },
    },
  ])
})

difference('RRsets come in canonical order, each with what it was and what it becomes', () => {
  const before = zone('a.test.', [rrset('b.a.test.'), rrset('a.test.'), rrset('x.a.a.test.')])
  const after = zone('a.test.', [rrset('b.a.test.', { ttl: 0 }), rrset('a.a.test.', { type: 'TXT' })])
  const [found] = compareZones([before], [after])
  const data = { ttl: 60, rdata: ['192.0.2.1'] }
  assert.equal(found?.rrsets, [
    { name: 'a.test.', type: 'A', before: data },
    { name: 'a.a.test.', type: 'TXT', after: data },
    { name: 'x.a.a.test.', type: 'A', before: data },
    { name: 'b.a.test.', type: 'A', before: data, after: { ...data, ttl: 0 } },
  ])
})

const star = rrset('*.a.test.')
const inner = rrset('*.dev.a.test.')
for (const [title, before, after, covered] of [
  ['no wildcard, nothing covered', [rrset('www.a.test.')], [], []],
  [
    'a wildcard that comes, with its types',
    [],
    [star, rrset('*.a.test.', { type: 'MX' })],
    [{ wildcard: '*.a.test.', types: ['A', 'MX'], isNew: true, names: [] }],
  ],
  [
    'one in the place of another',
    [star],
    [star, inner],
    [{ wildcard: '*.dev.a.test.', types: ['A'], isNew: true, instead: '*.a.test.', names: [] }],
  ],
  [
    'none instead, where a name between is there',
    [star, rrset('dev.a.test.')],
    [star, rrset('dev.a.test.'), inner],
    [{ wildcard: '*.dev.a.test.', types: ['A'], isNew: true, names: [] }],
  ],
  [
    'a name that goes under a wildcard',
    [star, rrset('www.a.test.'), rrset('www.a.test.', { type: 'TXT' })],
    [star],
    [{ wildcard: '*.a.test.', types: ['A'], isNew: false, names: ['www.a.test.'] }],
  ],
  [
    'not one of which something is left',
    [star, rrset('www.a.test.'), rrset('www.a.test.', { type: 'TXT' })],
    [star, rrset('www.a.test.', { type: 'TXT' })],
    [],
  ],
  ['not one below which something is left', [star, rrset('b.a.test.')], [star, rrset('x.b.a.test.')], []],
  [
    'a wildcard that goes, under another',
    [star, inner],
    [star],
    [{ wildcard: '*.a.test.', types: ['A'], isNew: false, names: ['*.dev.a.test.'] }],
  ],
] as const) {
  difference(`wildcards: ${title}`, () => {
    // there would be no difference to look at otherwise
    const mark = (ttl: number) => rrset('mark.a.test.', { ttl })
    const found = compareZones([zone('a.test.', [...before, mark(1)])], [zone('a.test.', [...after, mark(2)])])
    assert.equal(found[0]?.covered, covered)
  })
}

difference.run()
