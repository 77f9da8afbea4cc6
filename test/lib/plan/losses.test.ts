import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DeployRequest } from '../../../lib/plan/deploy.ts'
import { describePlan } from '../../../lib/plan/describe.ts'
import type { Observed, ObservedGeneration, Plan } from '../../../lib/plan/types.ts'
import { bootstrapOf, deployOf, rollbackOf, rotateOf } from './operations.ts'
import { finalOf, killedBefore, lb, observed, server, stepsOf, twoServing, within } from './simulate.ts'

const plans = suite('lib/plan/losses')

const has = (generation: number, ...zones: readonly string[]): ObservedGeneration => ({
  generation,
  zones,
  fault: undefined,
})
const silent: ObservedGeneration = { generation: 100, zones: undefined, fault: 'ns1: no SSH connection' }
const serving = (...generations: readonly ObservedGeneration[]): Observed => ({ ...twoServing(), generations })

const changed = { zones: 'changed' } as const
const deployed = (world: Observed, changes: Partial<DeployRequest> = {}): Plan =>
  deployOf(world, { ...changed, ...changes })

const toldOf = ({ dangers = [] }: Plan): readonly string[] =>
  dangers.map(({ zone, isAgreed }) => `${zone}${isAgreed ? ', told' : ', asked'}`)

plans('a zone that is served and has no file goes: named before everything else, and asked about', () => {
  const plan = deployed(serving(has(100, 'a.test.', 'b.test.', 'old.test.')))
  assert.equal(plan.dangers, [
    {
      zone: 'old.test',
      kind: 'goes',
      fact: 'goes: generation 100 serves it, the zone files do not have it',
      effect: 'who asks for it gets REFUSED',
      isAgreed: false,
    },
  ])
  assert.match(
    describePlan(plan),
    /^old\.test goes: generation 100 serves it, the zone files do not have it; who\n {2}asks for it gets REFUSED\. Has to be agreed to by name\.\nPlan: /,
  )
})

plans('the zone above one that goes answers in its stead', () => {
  const plan = deployed(serving(has(100, 'x.y.a.test.')), { zoneNames: ['test.', 'a.test.', 'a.test.test.'] })
  assert.is(plan.dangers?.[0]?.effect, 'who asks for it is told what a.test has of it')
})

plans('a zone that two serving generations have goes once', () => {
  const world: Observed = {
    ...observed(
      [server('lb1'), server('lb2'), server('ns1'), server('ns2', { generation: 90 })],
      [lb('lb1', 'ns1'), lb('lb2', 'ns2')],
    ),
    generations: [has(100, 'old.test.'), has(90, 'old.test.', 'older.test.')],
  }
  assert.equal(toldOf(deployed(world)), ['old.test, asked', 'older.test, asked'])
})

plans('nothing is said when every zone stays, or one comes', () => {
  for (const world of [serving(has(100, 'a.test.', 'b.test.')), serving(has(100, 'a.test.'))]) {
    assert.equal(deployed(world).notes, [])
    assert.not('dangers' in deployed(world))
  }
})

plans('what could not be read is unknown, and never looks as if none went', () => {
  for (const [world, why] of [
    [serving(silent), /^UNKNOWN whether a zone goes: .*generation 100.*\(ns1: no SSH connection\)/],
    [serving(), /^UNKNOWN .*\(it was not asked\)/],
    [
      observed([server('lb1'), server('lb2')], [lb('lb1', undefined), lb('lb2', undefined)]),
      /^UNKNOWN .*no lb sends to a nameserver of ours/,
    ],
  ] as const) {
    assert.match(deployed(world).notes[0] ?? '', why)
  }
})

plans('a nameserver made from the very same zone files need not be asked', () => {
  assert.equal(deployed(serving(silent), { zones: 'z' }).notes, [])
})

plans('resumed before any traffic has moved, it is asked again; after that it is only told', () => {
  const world = serving(has(100, 'a.test.', 'b.test.', 'old.test.'))
  const plan = deployed(world, { zones: 'z' })
  const steps = stepsOf(plan)
  const moved = steps.findIndex(({ kind }) => kind === 'switch-lb') + 1
  const resumed = (done: number): Plan => deployed(within(world, plan, done), { zones: 'z', now: 300 })
  assert.equal(toldOf(resumed(moved - 1)), ['old.test, asked'])
  assert.equal(toldOf(resumed(moved)), ['old.test, told'])
  assert.match(describePlan(resumed(moved)), /^old\.test goes: .*\n.* REFUSED\.\n/)
  const renaming = steps.findIndex(({ kind }) => kind === 'retire-lb')
  assert.equal(toldOf(resumed(renaming)), [])
})

plans('the rest of a deployment that serves already deploys nothing, so nothing goes by it', () => {
  const world = serving(has(100, 'a.test.', 'old.test.'))
  const almost = killedBefore('delete-server', world, deployed(world))
  const later = { ...almost, generations: [has(200, 'a.test.', 'later.test.')] }
  assert.equal(toldOf(deployed(later)), [])
})

plans('a rotation names what its deployment loses, and nothing once that is done', () => {
  const world = serving(has(100, 'a.test.', 'old.test.'))
  const plan = rotateOf(world)
  assert.equal(toldOf(plan), ['old.test, asked'])
  const waiting = killedBefore('check-delegation', world, plan)
  assert.equal(toldOf(rotateOf(waiting, { ...changed, now: 300 })), [])
})

plans('going back tells which zones go again, and does not ask', () => {
  const kept = finalOf(twoServing(), deployed(twoServing(), { keepOld: true, zones: 'z' }))
  const back = (...generations: readonly ObservedGeneration[]): Plan =>
    rollbackOf({ ...kept, generations }, { now: 300 })
  const plan = back(has(200, 'a.test.', 'new.test.'), has(100, 'a.test.'))
  assert.equal(toldOf(plan), ['new.test, told'])
  assert.is(plan.dangers?.[0]?.fact, 'goes: generation 200 serves it, generation 100 does not have it')
  assert.equal(toldOf(back(has(200, 'a.test.'), has(100, 'a.test.', 'old.test.'))), [])
})

plans('going back to what cannot be asked says that it is unknown, unless it was made from the same zone files', () => {
  const kept = finalOf(twoServing(), deployed(twoServing(), { keepOld: true, zones: 'z' }))
  const other = kept.servers.map((one) => (one.phase === 'old' ? { ...one, zones: 'other' } : one))
  const generations = [has(200, 'a.test.'), silent]
  const noteOf = (world: Observed): string => rollbackOf(world, { now: 300 }).notes[0] ?? ''
  assert.match(noteOf({ ...kept, servers: other, generations }), /^UNKNOWN/)
  assert.match(noteOf({ ...kept, generations }), /^Goes back/)
})

plans('bootstrap asks too, where a pair is made anew beside one that serves', () => {
  const world: Observed = {
    ...observed([server('lb1'), server('ns1')], [lb('lb1', 'ns1')]),
    generations: [has(100, 'a.test.', 'old.test.')],
  }
  assert.equal(toldOf(bootstrapOf(world, { ...changed, register: false })), ['old.test, asked'])
  assert.equal(toldOf(bootstrapOf(serving(has(100, 'old.test.')), { ...changed, register: false })), [])
})

plans.run()
