import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Answers, questionsOf } from '../../../lib/plan/questions.ts'
import type { Danger, Observed, Plan } from '../../../lib/plan/types.ts'
import { abandonOf, deployOf, rollbackOf, rotateOf } from './operations.ts'
import { finalOf, killedAfter, killedBefore, lb, observed, server, stepsOf, twoServing, within } from './simulate.ts'

const test = suite('lib/plan/questions')

const warm = (): Observed => finalOf(twoServing(), deployOf(twoServing(), { keepOld: true }))

/** Every state in which a deployment may begin or go on. */
const states: readonly (readonly [title: string, world: Observed])[] = [
  ['nothing but what serves', twoServing()],
  ['the old are kept warm', warm()],
  [
    'next servers of other zone files',
    { ...twoServing(), servers: [...twoServing().servers, server('ns1-next', { zones: 'other', generation: 150 })] },
  ],
  ['half made', killedAfter('create-server', twoServing(), deployOf(twoServing()))],
  ['half switched', killedAfter('switch-lb', twoServing(), deployOf(twoServing()))],
  ['half renamed', killedAfter('rename-server', twoServing(), deployOf(twoServing()))],
  ['half removed', killedAfter('delete-server', twoServing(), deployOf(twoServing()))],
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
  const half = killedAfter('create-server', twoServing(), deployOf(twoServing()))
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
  const announced = killedAfter('announce-lbs', twoServing(), rotating)
  const restored = killedBefore('begin-drain', announced, abandonOf(announced))
  assert.is(open(abandonOf(restored), { yes: true }), '')
})

const danger = (kind: Danger['kind']): Danger => ({ zone: 'a.test', kind, fact: '', effect: '', isAgreed: false })

test('what is dangerous needs the flag of its zone, once, and no other is it', () => {
  const plan: Plan = { ...deployOf(twoServing()), dangers: [danger('goes'), danger('mail')] }
  assert.is(open(plan, { yes: true, yesDelete: true }), 'a.test')
  assert.is(open(plan, { yes: true, yesDelete: true, acceptZone: ['a.test'] }), '')
})

test('an update of the lbs deletes nothing', () => {
  const world = observed([server('lb1'), server('ns1')], [lb('lb1', 'ns1', { revertible: true })])
  assert.is(open(rollbackOf(world, { of: 'update' }), { yes: true }), '')
})

test.run()
