import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import type { ObservedChange, ZoneChange } from '../../../lib/plan/zone-change.ts'
import { abandonOf, bootstrapOf, deployOf, rollbackOf, rotateOf } from './operations.ts'
import { finalOf, killedAfter, killedBefore, lb, observed, server, twoServing } from './simulate.ts'

const test = suite('lib/plan/change')

const goes: ZoneChange = { zone: 'old.test', kind: 'goes', had: 3, rrsets: [], covered: [] }
const changed: ZoneChange = {
  zone: 'a.test',
  kind: 'changes',
  had: 3,
  rrsets: [{ name: 'www.a.test.', type: 'A', after: { ttl: 60, rdata: ['192.0.2.1', '192.0.2.2'] } }],
  covered: [],
}

const between = (from: number, to: number | 'files', ...zones: readonly ZoneChange[]): ObservedChange => ({
  from,
  to,
  zones,
  coming: ['a.test.'],
})

const told = ({ change }: Plan): readonly string[] | undefined =>
  change?.map((one) =>
    'unknown' in one ? one.unknown : `from ${one.from}: ${one.zones.map(({ zone }) => zone).join(' ')}`,
  )

const serving = (...changes: NonNullable<Observed['changes']>): Observed => ({ ...twoServing(), changes })

test('a deployment changes what the zone files differ by from what serves', () => {
  const plan = deployOf(serving(between(100, 200), between(100, 'files', changed)))
  assert.equal(plan.change, [{ from: 100, zones: [{ ...changed, records: { added: 2, removed: 0, changed: 0 } }] }])
})

test('one that goes on changes what was given to the nameservers that are made, whatever the files are now', () => {
  const begun = killedAfter('create-server', twoServing(), deployOf(twoServing()))
  const changes = [between(100, 'files', changed), between(100, 200, goes)]
  assert.equal(told(deployOf({ ...begun, changes }, { now: 300 })), ['from 100: old.test'])
})

test('once a part of the lbs is there, it changes for the clients of the others', () => {
  const half = killedAfter('switch-lb', twoServing(), deployOf(twoServing()))
  const changes = [between(100, 200, changed), between(200, 100, changed), between(200, 'files')]
  assert.equal(told(deployOf({ ...half, changes }, { now: 300 })), ['from 100: a.test'])
})

test('a plan that moves no traffic changes nothing', () => {
  const almost = killedBefore('delete-server', twoServing(), deployOf(twoServing()))
  assert.not('change' in deployOf({ ...almost, changes: [between(200, 'files', changed)] }))
})

test('so it is said where two generations serve: for the clients of each', () => {
  const world: Observed = {
    ...observed(
      [server('lb1'), server('lb2'), server('ns1'), server('ns2', { generation: 90 })],
      [lb('lb1', 'ns1'), lb('lb2', 'ns2')],
    ),
    changes: [between(100, 'files', changed), between(90, 'files', goes, changed)],
  }
  assert.equal(told(deployOf(world)), ['from 100: a.test', 'from 90: old.test a.test'])
})

test('going back changes what the generation of before differs by', () => {
  const kept = finalOf(twoServing(), deployOf(twoServing(), { keepOld: true }))
  const changes = [between(200, 'files'), between(200, 100, goes)]
  const plan = rollbackOf({ ...kept, changes }, { now: 300 })
  assert.equal(told(plan), ['from 200: old.test'])
  assert.is(plan.dangers?.[0]?.fact, 'goes: generation 200 serves it, generation 100 does not have it')
})

test('a rotation has the change of its deployment, and none once that is done', () => {
  const plan = rotateOf(serving(between(100, 'files', changed)))
  assert.equal(told(plan), ['from 100: a.test'])
  const waiting = killedBefore('check-delegation', twoServing(), plan)
  assert.not('change' in rotateOf({ ...waiting, changes: [between(200, 'files', changed)] }, { now: 300 }))
})

test('so has one that is taken back once zones may name its lbs', () => {
  const announced = killedAfter('announce-lbs', twoServing(), rotateOf(twoServing()))
  const changes = [between(100, 'files', changed), between(100, 200, goes), between(200, 100, goes)]
  const half = killedAfter('switch-lb', announced, rotateOf(announced, { now: 300 }))
  assert.equal(told(abandonOf({ ...half, changes })), ['from 200: old.test'])
})

test('what could not be compared is unknown, and never looks as if nothing changed', () => {
  const fault = 'ns1: no SSH connection'
  for (const [world, why] of [
    [serving({ from: 100, to: 'files', fault }), /^the zones of generation 100 could not be compared \(ns1: no SSH/],
    [serving(), /^the zones of generation 100 could not be compared \(they have not been compared\)$/],
    [
      { ...observed([server('lb1'), server('lb2')], [lb('lb1', undefined), lb('lb2', undefined)]), changes: [] },
      /^which zones are served could not be read \(no lb sends to a nameserver of ours\)$/,
    ],
  ] as const)
    assert.match(told(deployOf(world))?.[0] ?? '', why)
})

test('zones that go are those of the comparison; where there is none, those that are missing among the names', () => {
  const names = [{ generation: 100, zones: ['a.test.', 'gone.test.'], fault: undefined }]
  const goingBy = (world: Observed) => deployOf(world, { zones: 'changed' }).dangers?.map(({ zone }) => zone)
  assert.equal(goingBy({ ...serving(between(100, 'files', goes)), generations: names }), ['old.test'])
  assert.equal(goingBy({ ...serving({ from: 100, to: 'files', fault: 'x' }), generations: names }), ['gone.test'])
})

test('what is dangerous is asked about until traffic has moved; from then on, and when going back, it is told', () => {
  const fewer: ZoneChange = {
    ...changed,
    rrsets: [{ name: 'a.test.', type: 'MX', before: { ttl: 60, rdata: ['10 a.test.'] } }],
  }
  const dangers = ({ dangers: found = [] }: Plan) => found.map(({ zone, kind, isAgreed }) => [zone, kind, isAgreed])
  const plan = deployOf(serving(between(100, 'files', fewer, goes)))
  assert.equal(dangers(plan), [
    ['old.test', 'goes', false],
    ['a.test', 'mail', false],
  ])
  const half = killedAfter('switch-lb', twoServing(), plan)
  assert.equal(dangers(deployOf({ ...half, changes: [between(100, 200, fewer)] }, { now: 300 })), [
    ['a.test', 'mail', true],
  ])
  const kept = finalOf(twoServing(), deployOf(twoServing(), { keepOld: true }))
  assert.equal(dangers(rollbackOf({ ...kept, changes: [between(200, 100, fewer)] }, { now: 300 })), [
    ['a.test', 'mail', true],
  ])
})

test('it is asked about once, also where it is so from two generations', () => {
  const { servers, lbs } = twoServing()
  const two = servers.map((one) => (one.name === 'ns2' ? { ...one, generation: 90 } : one))
  const changes = [between(100, 'files', goes), between(90, 'files', goes)]
  assert.is(deployOf({ ...observed(two, lbs), changes }).dangers?.length, 1)
})

test('an operation that does not ask for the comparison says nothing of it', () => {
  assert.not('change' in bootstrapOf(observed([server('lb1'), server('ns1')], [lb('lb1', 'ns1')])))
})

test.run()
