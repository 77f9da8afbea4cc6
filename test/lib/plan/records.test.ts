import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { countRecords, ownerIn, recordsOf } from '../../../lib/plan/records.ts'
import type { RRsetChange } from '../../../lib/plan/zone-change.ts'

const test = suite('lib/plan/records')

type Side = readonly [ttl: number, ...rdata: readonly string[]]

const change = (before: Side | undefined, after: Side | undefined): RRsetChange => {
  const of = ([ttl, ...rdata]: Side) => ({ ttl, rdata })
  return {
    name: 'www.a.test.',
    type: 'A',
    ...(before ? { before: of(before) } : {}),
    ...(after ? { after: of(after) } : {}),
  }
}

const linesOf = (rrset: RRsetChange): readonly string[] =>
  recordsOf(rrset).map(({ sign, ttl, before = '', after = '', isTtl }) =>
    [sign, isTtl ? 'TTL' : ttl, before, after].filter((part) => part !== '').join(' '),
  )

for (const [title, before, after, lines] of [
  ['an RRset that comes: each of its records', undefined, [60, '1', '2'], ['+ 60 1', '+ 60 2']],
  ['one that goes', [60, '1', '2'], undefined, ['- 60 1', '- 60 2']],
  ['a record more', [60, '1'], [60, '1', '2'], ['+ 60 2']],
  ['one of two less', [60, '1', '2'], [60, '2'], ['- 60 1']],
  ['one in the place of another', [60, '1', '2'], [60, '2', '3'], ['~ 60 1 3']],
  ['the TTL alone', [60, '1', '2'], [0, '1', '2'], ['~ TTL 60 0']],
  ['both', [60, '1'], [30, '2', '3'], ['~ TTL 60 30', '~ 30 1 2', '+ 30 3']],
] as const) {
  test(title, () => assert.equal(linesOf(change(before, after)), lines))
}

test('they are counted as they are told', () => {
  const rrsets = [change([60, '1', '2'], [30, '2', '3', '4']), change([60, '1', '2'], undefined)]
  assert.equal(countRecords(rrsets), { added: 1, removed: 2, changed: 2 })
})

test('an owner is written as in a zone file', () => {
  for (const [name, owner] of [
    ['a.test.', '@'],
    ['*.www.a.test.', '*.www'],
    ['aa.test.', 'aa.test.'],
  ] as const)
    assert.is(ownerIn({ name }, 'a.test'), owner)
})

test.run()
