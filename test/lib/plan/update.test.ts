import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeStep } from '../../../lib/plan/describe.ts'
import { refreshedBy, withDue } from '../../../lib/plan/due.ts'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import { planUpdate, type UpdateRequest } from '../../../lib/plan/update.ts'
import { accepted } from './operations.ts'
import { lb, observed, server, twoServing } from './simulate.ts'

const plans = suite('lib/plan/update')

const planned = (world: Observed, changes: Partial<UpdateRequest> = {}): Plan =>
  accepted(planUpdate(world, requestOf(changes)))

const requestOf = (changes: Partial<UpdateRequest>): UpdateRequest => ({
  pairs: 2,
  now: 300,
  only: [],
  configOnly: false,
  keepOld: false,
  ...changes,
})

const linesOf = (plan: Plan): readonly string[] =>
  plan.phases.map(({ title, tracks }) => `${title}: ${tracks.flat().map(describeStep).join(', ')}`)

const ofOne = [
  'Configure lb1: Configure lb1 with Ansible, packages up to date',
  'Stage lb1: Stage what is new on the idle colour of lb1, Check ns1 through the preview port of lb1',
  'Switch lb1: Switch lb1 to what was staged, Check ns1 through port 53 of lb1',
  'Retire the idle colour of lb1: Drain and stop the idle colour of lb1',
]

plans('one lb after the other, each proven before the next is touched', () => {
  assert.equal(linesOf(planned(twoServing())), [
    ...ofOne,
    ...ofOne.map((line) => line.replaceAll('lb1', 'lb2').replaceAll('ns1', 'ns2')),
  ])
})

plans('--only, --config-only and --keep-old', () => {
  assert.equal(linesOf(planned(twoServing(), { only: ['lb1'] })), ofOne)
  assert.equal(
    linesOf(planned(twoServing(), { only: ['lb1'], configOnly: true }))[0],
    'Configure lb1: Configure lb1 with Ansible',
  )
  assert.not(planned(twoServing(), { keepOld: true }).phases.some(({ title }) => title.startsWith('Retire')))
})

plans('an lb on which nothing is to be done is left out, and each is told of', () => {
  const plan = planned(twoServing())
  assert.equal(refreshedBy(plan), [
    { lb: 'lb1', upgrade: true, retires: true },
    { lb: 'lb2', upgrade: true, retires: true },
  ])
  const due = new Map([
    ['lb1', ['Ansible would change: lb : Install packages']],
    ['lb2', []],
  ])
  assert.equal(linesOf(withDue(plan, due)), ofOne)
  assert.equal(withDue(plan, due).notes, [
    'To do on lb1: Ansible would change: lb : Install packages.',
    'lb2 is up to date: Ansible finds nothing to change, and its nginx runs what is installed.',
  ])
  assert.equal(linesOf(withDue(plan, new Map([...due.keys()].map((lb) => [lb, []])))), [])
  assert.equal(linesOf(withDue(plan, new Map([...due.keys()].map((lb) => [lb, ['nobody knows']])))), linesOf(plan))
})

plans('what a plan with these options refreshes', () => {
  assert.equal(refreshedBy(planned(twoServing(), { only: ['lb1'], configOnly: true, keepOld: true })), [
    { lb: 'lb1', upgrade: false, retires: false },
  ])
})

plans('moves traffic only where it says so', () => {
  assert.equal(
    planned(twoServing()).phases.flatMap(({ title, movesTraffic }) => (movesTraffic ? [title] : [])),
    ['Switch lb1', 'Switch lb2'],
  )
})

plans('an lb whose dns-lb cannot be read is updated all the same, since that mends it', () => {
  const { servers, lbs } = twoServing()
  const foreign = lb('lb1', undefined, { fault: 'its dns-lb cannot be read', isForeign: true, active: undefined })
  const world = observed(servers, [foreign, ...lbs.slice(1)])
  assert.equal(linesOf(planned(world)), linesOf(planned(twoServing())))
})

plans('refuses what it could not prove', () => {
  const { servers, lbs } = twoServing()
  for (const [expected, world, changes] of [
    [/--only lb7: there is no such lb/, twoServing(), { only: ['lb7'] }],
    [/There are no lbs/, observed([], []), {}],
    [
      /lb2 could not be asked: closed/,
      observed(servers, [lb('lb1', 'ns1'), lb('lb2', undefined, { fault: 'closed' })]),
      {},
    ],
    [/ns1-next is left of an unfinished run/, observed([...servers, server('ns1-next')], lbs), {}],
    [/lb2 does not send its queries to ns2/, observed(servers, [lb('lb1', 'ns1'), lb('lb2', 'ns1')]), {}],
  ] as const) {
    const plan = planUpdate(world, requestOf(changes))
    assert.match(isRefusal(plan) ? plan.refused : 'not refused', expected)
  }
})

plans.run()
