import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ChildView } from '../../../../lib/dns/delegation/child.ts'
import {
  childTtlsOf,
  findChildGaps,
  parentTtlsOf,
  removalWait,
  type TtlSource,
} from '../../../../lib/dns/delegation/ttl.ts'
import type { Delegation } from '../../../../lib/dns/delegation.ts'
import { InfraError } from '../../../../lib/errors.ts'

const ttl = suite('ttl')

const source = (what: string, ttlSeconds: number): TtlSource => ({ what, ttlSeconds })

for (const [title, ttls, slack, expected] of [
  ['the slack asked for, where a tenth is less', [60, 10, 300], 3600, { ttl: 300, slack: 3600, wait: 3900 }],
  [
    'a tenth of the longest TTL, where the slack asked for is less',
    [172_800, 300],
    3600,
    { ttl: 172_800, slack: 17_280, wait: 190_080 },
  ],
  ['a tenth is rounded up', [61], 0, { ttl: 61, slack: 7, wait: 68 }],
  ['records without a TTL are held by nobody', [0], 10, { ttl: 0, slack: 10, wait: 10 }],
] as const) {
  ttl(`the wait is the longest TTL and slack: ${title}`, () => {
    const { ttlSeconds, slackSeconds, waitSeconds } = removalWait(
      ttls.map((seconds, index) => source(`record ${index}`, seconds)),
      { slackSeconds: slack },
    )
    assert.equal({ ttl: ttlSeconds, slack: slackSeconds, wait: waitSeconds }, expected)
  })
}

ttl('the wait says which record it is for', () => {
  const sources = [source('glue A', 10), source('NS at the parent', 172_800), source('A in the zone', 300)]
  const { because, reasons } = removalWait(sources, { slackSeconds: 3600 })
  assert.equal(because, sources[1])
  assert.equal(reasons, ['the longest TTL is 2 d (NS at the parent)', '4 h 48 min to spare'])
})

ttl('without any TTL nothing is said about the wait', () => {
  assert.throws(
    () => removalWait([], { slackSeconds: 3600 }),
    (error: unknown) => error instanceof InfraError && error.exitCode === 8 && error.hint !== undefined,
  )
})

const glue = (server: string, seconds: number): Delegation['parents'][number] => ({
  server,
  address: '192.0.2.1',
  kind: 'referral',
  ns: ['ns1.example.test.'],
  nsTtl: seconds,
  glue: [{ name: 'ns1.example.test.', type: 'A', address: '192.0.2.10', ttl: seconds }],
})

const child: ChildView = {
  server: 'lb1',
  address: '192.0.2.10',
  ns: { names: ['ns1.example.test.'], ttl: 300 },
  addresses: [
    { name: 'ns1.example.test.', type: 'A', address: '192.0.2.10', ttl: 60 },
    { name: 'ns1.example.test.', type: 'AAAA', address: '2001:db8::10', ttl: 30 },
  ],
  faults: [],
  isRefused: false,
}

const silent = (server: string, address: string): ChildView => ({
  ...child,
  server,
  address,
  ns: undefined,
  addresses: [],
  faults: [`${server} (${address}): no answer`],
})

ttl('every record that leads to the servers counts, at each parent and in the zone, and the same ones once', () => {
  const parents: Delegation['parents'] = [
    glue('a.nic.test', 10),
    glue('a.nic.test', 10),
    glue('b.nic.test', 20),
    { server: 'c.nic.test', address: '192.0.2.3', kind: 'fault', fault: 'no answer' },
    { server: 'd.nic.test', address: '192.0.2.4', kind: 'absent' },
  ]
  assert.equal(parentTtlsOf({ zone: 'example.test.', parentZone: 'test.', parents }), [
    source('NS of example.test. at a.nic.test', 10),
    source('glue A of ns1.example.test. at a.nic.test', 10),
    source('NS of example.test. at b.nic.test', 20),
    source('glue A of ns1.example.test. at b.nic.test', 20),
  ])
  assert.equal(childTtlsOf('example.test.', [child, { ...child, server: 'lb2' }, silent('lb3', '192.0.2.30')]), [
    source('NS of example.test. in the zone itself', 300),
    source('A of ns1.example.test. in the zone itself', 60),
    source('AAAA of ns1.example.test. in the zone itself', 30),
  ])
})

ttl('an lb that was heard over neither family leaves a gap, and so does one that answers a part', () => {
  const half: ChildView = { ...child, server: 'lb2', faults: ['no A', 'no AAAA'] }
  assert.equal(findChildGaps([child, silent('lb1', '2001:db8::10')]), [])
  assert.equal(findChildGaps([child, half, silent('lb3', '192.0.2.30'), silent('lb3', '2001:db8::30')]), [
    'no A',
    'lb3 (192.0.2.30): no answer',
    'lb3 (2001:db8::30): no answer',
  ])
})

ttl('an lb that refuses the zone has given caches nothing of it', () => {
  assert.equal(findChildGaps([{ ...silent('lb1', '192.0.2.10'), isRefused: true }]), [])
})

ttl.run()
