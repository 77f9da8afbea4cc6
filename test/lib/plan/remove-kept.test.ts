import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describePlan } from '../../../lib/plan/describe.ts'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import { planRemoveKept } from '../../../lib/plan/remove-kept.ts'
import type { Observed } from '../../../lib/plan/types.ts'
import { lb, observed, server, twoServing } from './simulate.ts'

const warm = ({ kept = true, targets = ['ns1', 'ns2'] } = {}): Observed =>
  observed(
    [...twoServing().servers, ...[1, 2].map((pair) => server(`ns${pair}-old`, { generation: 50, kept }))],
    targets.map((target, index) => lb(`lb${index + 1}`, target)),
  )

const said = (world: Observed): string => {
  const plan = planRemoveKept(world, { now: 200 })
  return isRefusal(plan) ? `refused: ${plan.refused}` : describePlan(plan)
}

test('removes what is warm, which wants its name typed, and nothing else', () => {
  assert.is(
    said(warm()),
    [
      'Plan: remove what was kept warm',
      '  1. Remove what was kept warm  (asks first: cannot be undone)',
      '     DELETE ns1-old',
      '     DELETE ns2-old',
    ].join('\n'),
  )
  const plan = planRemoveKept(warm(), { now: 200 })
  assert.is(!isRefusal(plan) && plan.phases[0]?.confirm?.name, 'ns1-old')
})

test('has nothing to do when nothing is warm, and leaves what a deployment has not finished', () => {
  assert.is(said(twoServing()), 'No nameserver is kept warm.\nNothing to do.')
  assert.is(said(warm({ kept: false })), 'No nameserver is kept warm.\nNothing to do.')
})

test('is refused while an lb sends there, or does not say where it sends', () => {
  assert.is(
    said(warm({ targets: ['ns1-old', 'ns2'] })),
    'refused: queries go to ns1-old again, by a rollback that is not finished',
  )
  const { lbs, ...rest } = warm()
  assert.is(
    said({ ...rest, lbs: lbs.map((one) => (one.name === 'lb2' ? { ...one, fault: 'no route' } : one)) }),
    'refused: lb2 could not be asked for its state: no route',
  )
})

test('is refused in the middle of a rollback, which may still need them', () => {
  const { servers, lbs } = warm()
  assert.is(
    said(observed([...servers, server('ns1-next', { generation: 60, kept: true })], lbs)),
    'refused: ns1-next is left of an unfinished rollback',
  )
})

test.run()
