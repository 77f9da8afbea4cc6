import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Answers, questionsOf } from '../../../lib/plan/questions.ts'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import { abandonOf, deployOf, rollbackOf, rotateOf } from './operations.ts'
import { after, finalOf, lb, observed, server, stepsOf, twoServing } from './simulate.ts'

const test = suite('lib/plan/questions')

const warm = (): Observed => finalOf(twoServing(), deployOf(twoServing(), { keepOld: true }))

/** The world once the first `count` steps of a plan are done. */
const within = (world: Observed, plan: Plan, count: number): Observed =>
  stepsOf(plan).slice(0, count).reduce(after, world)

const upTo = (world: Observed, plan: Plan, kind: string): Observed =>
  within(world, plan, stepsOf(plan).findIndex((step) => step.kind === kind) + 1)

/** Every state in which a deployment may begin or go on. */
const states: readonly (readonly [title: string, world: Observed])[] = [
  ['nothing but what serves', twoServing()],
  ['the old are kept warm', warm()],
  [
    'next servers of other zone files',
    { ...twoServing(), servers: [...twoServing().servers, server('ns1-next', { zones: 'other', generation: 150 })] },
  ],
  ['half made', upTo(twoServing(), deployOf(twoServing()), 'create-server')],
  ['half switched', upTo(twoServing(), deployOf(twoServing()), 'switch-lb')],
  ['half renamed', upTo(twoServing(), deployOf(twoServing()), 'rename-server')],
  ['half removed', upTo(twoServing(), deployOf(twoServing()), 'delete-server')],
  ['gone back', finalOf(warm(), rollbackOf(warm()))],
]

const open = (plan: Plan, answers: Answers): string => {
  const { plan: isPlanOpen, zones, deletion } = questionsOf(plan, answers)
  return [isPlanOpen ? 'plan' : '', ...zones.map(({ zone }) => zone), deletion ? 'deletion' : '']
    .filter(Boolean)
    .join(' ')
}

for (const [title, world] of states) {
  test(`deploy, ${title}: --yes leaves the deletion to ask, --yes-delete or --keep-old nothing`, () => {
    const plan = deployOf(world)
    const keeping = deployOf(world, { keepOld: true })
    assert.equal(
      [
        open(plan, {}),
        open(plan, { yes: true }),
        open(plan, { yesDelete: true }),
        open(plan, { yes: true, yesDelete: true }),
        open(keeping, { yes: true }),
        open(keeping, { yes: true, yesDelete: true }),
        open(keeping, { yesDelete: true }),
      ],
      ['plan deletion', 'deletion', 'plan', '', '', '', 'plan'],
    )
  })
}

test('at a terminal, without --yes, --keep-old has what goes by it asked about still', () => {
  assert.equal(open(deployOf(warm(), { keepOld: true }), {}), 'plan deletion')
})

test('--fresh deletes what never served, which --keep-old --yes agrees to', () => {
  const half = upTo(twoServing(), deployOf(twoServing()), 'create-server')
  assert.is(open(deployOf(half, { fresh: true, keepOld: true }), { yes: true }), '')
  assert.is(open(deployOf(half, { fresh: true }), { yes: true }), 'deletion')
})

const rotating = rotateOf(twoServing())

test('what a rotation deletes behind a wait is asked about when it deletes', () => {
  assert.is(open(rotating, { yes: true }), 'deletion', 'of its own deployment, which no wait stands before')
  for (const kind of ['delete-server', 'publish-glue', 'begin-drain', 'protect-server']) {
    const last = stepsOf(rotating).findLastIndex(
      (step) => step.kind === kind && !JSON.stringify(step).includes('lb1-old'),
    )
    const deleting = stepsOf(rotating).findIndex((step) => step.kind === 'await-caches')
    const world = within(twoServing(), rotating, Math.min(last + 1, deleting))
    assert.is(open(rotateOf(world), { yes: true }), '', `after ${kind}`)
  }
})

test('so is what taking a rotation back deletes', () => {
  const announced = upTo(twoServing(), rotating, 'announce-lbs')
  const abandoning = abandonOf(announced)
  const restored = within(
    announced,
    abandoning,
    stepsOf(abandoning).findIndex((step) => step.kind === 'begin-drain'),
  )
  assert.is(open(abandonOf(restored), { yes: true }), '')
})

test('zones that go need their flag, and no other is it', () => {
  const plan: Plan = { ...deployOf(twoServing()), losses: [{ zone: 'a.test', effect: '', loss: '', isAgreed: false }] }
  assert.is(open(plan, { yes: true, yesDelete: true }), 'a.test')
  assert.is(open(plan, { yes: true, yesDelete: true, acceptZone: ['a.test'] }), '')
})

test('an update of the lbs deletes nothing', () => {
  const world = observed([server('lb1'), server('ns1')], [lb('lb1', 'ns1', { revertible: true })])
  assert.is(open(rollbackOf(world, 'update'), { yes: true }), '')
})

test.run()
