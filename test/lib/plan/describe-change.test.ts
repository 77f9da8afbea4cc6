import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeChange } from '../../../lib/plan/describe-change.ts'
import { countRecords } from '../../../lib/plan/records.ts'
import type { PlannedZone } from '../../../lib/plan/types.ts'
import type { RRsetChange, ZoneChange } from '../../../lib/plan/zone-change.ts'

const describes = suite('lib/plan/describe-change')

const zone = (name: string, kind: ZoneChange['kind'], rrsets: readonly RRsetChange[]): PlannedZone => ({
  zone: name,
  kind,
  had: 1,
  rrsets,
  covered: [],
  records: countRecords(rrsets),
})
const data = (ttl: number, ...rdata: readonly string[]) => ({ ttl, rdata })
const comes = (name: string, ...rdata: readonly string[]): RRsetChange => ({
  name,
  type: 'A',
  after: data(60, ...rdata),
})
const many = (count: number, origin: string): readonly RRsetChange[] =>
  Array.from({ length: count }, (_, index) => comes(`host${index}.${origin}`, '192.0.2.1'))

const describe = (zones: readonly PlannedZone[], verbose = false): readonly string[] =>
  describeChange([{ from: 100, zones }], { verbose })

describes('a line a zone, its records below it', () => {
  const rrsets: readonly RRsetChange[] = [
    { name: 'a.test.', type: 'MX', before: data(3600, '10 mx.a.test.'), after: data(0, '10 mx.a.test.') },
    comes('api.a.test.', '192.0.2.7'),
    { name: 'old.a.test.', type: 'CNAME', before: data(60, 'www.a.test.') },
    { name: 'www.a.test.', type: 'A', before: data(60, '192.0.2.80'), after: data(60, '192.0.2.81') },
  ]
  assert.equal(
    describe([
      zone('old.test', 'goes', [{ name: 'old.test.', type: 'A', before: data(60, '192.0.2.1', '192.0.2.2') }]),
      zone('new.test', 'comes', [comes('new.test.', '192.0.2.1')]),
      zone('a.test', 'changes', rrsets),
    ]),
    [
      'Changes for clients of generation 100:',
      '  old.test  GOES, with 2 records',
      '  new.test  comes, with 1 record',
      '  a.test  +1 −1 ~2 records',
      '    ~ @ MX TTL 3600 → 0',
      '    + api 60 A 192.0.2.7',
      '    − old 60 CNAME www.a.test.',
      '    ~ www 60 A 192.0.2.80 → 192.0.2.81',
    ],
  )
})

describes('of many records the first 20 are shown, of all zones together, and how many are left', () => {
  const zones = [zone('a.test', 'changes', many(15, 'a.test.')), zone('b.test', 'changes', many(15, 'b.test.'))]
  const lines = describe(zones)
  assert.equal(
    lines.filter((line) => line.includes('host14')),
    ['    + host14 60 A 192.0.2.1'],
  )
  assert.is(lines.filter((line) => line.startsWith('    + ')).length, 20)
  assert.equal(lines.slice(-1), ['    … and 10 records more: --verbose shows all'])
  assert.ok(lines.includes('  b.test  +15 −0 ~0 records'))
  assert.is(describe(zones, true).filter((line) => line.startsWith('    + ')).length, 30)
})

describes('those of a zone that comes or goes are told with --verbose alone, and take no room from others', () => {
  const zones = [zone('new.test', 'comes', many(30, 'new.test.')), zone('a.test', 'changes', many(20, 'a.test.'))]
  assert.is(describe(zones).length, 1 + 2 + 20)
  assert.is(describe(zones, true).length, 1 + 2 + 50)
})

describes('a line has 80 columns at most, and shows where long data differ', () => {
  const key = (end: string): string => `"v=DKIM1; p=${'A'.repeat(200)}${end}"`
  const long: RRsetChange = {
    name: 'key.a.test.',
    type: 'TXT',
    before: data(60, key('one')),
    after: data(60, key('two')),
  }
  const [, , ...records] = describe([zone('a.test', 'changes', [long, comes('b.a.test.', 'x'.repeat(100))])])
  assert.equal(records, [
    '    ~ key 60 TXT …AAAAAAAAAAAAone"',
    '      → …AAAAAAAAAAAAtwo"',
    `    + b 60 A ${'x'.repeat(66)}…`,
  ])
  assert.ok(records.every((line) => line.length <= 80))
  assert.is(
    describe([zone('a.test', 'changes', [long])], true).at(-1),
    `    ~ key 60 TXT ${key('one')} → ${key('two')}`,
  )
})

describes('nothing that changes is said, and so is what is not known', () => {
  assert.equal(describe([]), ['No record changes for clients of generation 100.'])
  assert.equal(describeChange([{ unknown: 'ns1 did not say' }], { verbose: false }), [
    'UNKNOWN what changes for clients: ns1 did not say.',
  ])
})

describes.run()
