import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type DeployRequest, planDeploy } from '../../../lib/plan/deploy.ts'
import { isRefusal, type Refusal } from '../../../lib/plan/refusal.ts'
import { planRemovePairs } from '../../../lib/plan/remove-pairs.ts'
import { planRotate } from '../../../lib/plan/rotate.ts'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import { accepted, deployOf, ordinary } from './operations.ts'
import { finalOf, floatingIps, stepsOf, twoServing, within } from './simulate.ts'

const plans = suite('lib/plan/leaving')

const nobody = { shown: [], silent: [] }
const request: Partial<DeployRequest> = { pairs: 1 }

/** The config has the first pair alone. */
const leaving = (leading: Observed['leading'] = nobody): Observed => ({
  ...twoServing(),
  ...(leading ? { leading } : {}),
})

const deployed = (world = leaving(), changes: Partial<DeployRequest> = {}): Plan =>
  deployOf(world, { ...request, ...changes })
const removed = (world: Observed): Plan => accepted(planRemovePairs(world, { pairs: 1, now: 400 }))

const refusalOf = (plan: Plan | Refusal): string => (isRefusal(plan) ? `${plan.refused}. ${plan.hint}` : 'not refused')
const deployRequest = { ...ordinary, pairs: 1, keepOld: false, fresh: false, newLbs: [] }

const namesIn = ({ servers }: Observed): readonly string[] => servers.map(({ name }) => name).sort()

plans('the pair is deployed to like the others, marked before it and drained after it', () => {
  const plan = deployed()
  assert.equal(
    plan.phases.map(({ title }) => title),
    [
      'Begin to take pairs out',
      'Create',
      'Configure',
      'Check',
      'Stage',
      'Switch lb1',
      'Switch lb2',
      'Rename, retire the idle colours',
      'Remove the old',
      'Begin to drain',
    ],
  )
  const again = deployed(finalOf(leaving(), plan), { now: 300 })
  assert.not(stepsOf(again).some(({ kind }) => kind === 'abandon-lbs' || kind === 'begin-drain'))
})

plans('as long as a parent leads there, or does not say, nothing is deployed', () => {
  const shown = Array.from({ length: 9 }, (_, index) => `a.nic.test names ns2.example.test. for z${index}.test.`)
  for (const [leading, expected] of [
    [
      { shown, silent: ['b.nic.test was not heard'] },
      /the pair of lb2, and parents still lead there.*z7.*and 1 more.*at the registrar/s,
    ],
    [
      { shown: [], silent: ['b.nic.test was not heard'] },
      /it is not known whether a parent still leads there:\n {2}b\.nic\.test/,
    ],
    [undefined, /it is not known/],
  ] as const) {
    const { leading: _none, ...world } = leaving()
    assert.match(refusalOf(planDeploy(leading ? { ...world, leading } : world, deployRequest)), expected)
  }
})

plans('killed after any step, the next deployment and the removal come to the end', () => {
  const plan = deployed()
  for (let done = 0; done <= stepsOf(plan).length; done += 1) {
    const crashed = within(leaving(), plan, done)
    const finished = finalOf(crashed, deployed(crashed, { now: 300 }))
    // what was left of a deployment was finished alone
    const again = finished.lbs.every(({ pair, isDraining }) => pair === 1 || isDraining)
      ? finished
      : finalOf(finished, deployed(finished, { now: 400 }))
    assert.equal(namesIn(finalOf(again, removed(again))), ['lb1', 'ns1'], `after ${done} steps`)
  }
})

plans('nothing is removed that a deployment without it has not let go', () => {
  const removal = (world: Observed): string => refusalOf(planRemovePairs(world, { pairs: 1, now: 400 }))
  assert.match(removal(leaving()), /Nothing was deployed yet without the pair of lb2.*with deploy-infra/)
  const begun = within(leaving(), deployed(), 4)
  assert.match(removal(begun), /A deployment is unfinished/)
  assert.equal(
    removed(finalOf(leaving(), deployed())).phases.map(({ key, confirm }) => [key, confirm?.name]),
    [
      ['caches', undefined],
      ['idle', undefined],
      ['remove-lbs', 'lb2'],
    ],
  )
  assert.equal(accepted(planRemovePairs(twoServing(), { pairs: 2, now: 400 })).phases, [])
})

plans('the removal goes on after any step, and takes the Floating IPs along', () => {
  const drained = finalOf(leaving(), deployed())
  const world = { ...drained, addresses: floatingIps(90) }
  const plan = removed(world)
  for (let done = 0; done < stepsOf(plan).length; done += 1) {
    const crashed = within(world, plan, done)
    const end = finalOf(crashed, removed(crashed))
    assert.equal(namesIn(end), ['lb1', 'ns1'])
    assert.ok(end.addresses.every(({ pair }) => pair === 1))
  }
})

plans('an lb that nobody was ever led to goes at once', () => {
  const world = leaving()
  const lbs = world.lbs.map((one) => (one.name === 'lb2' ? { ...one, active: undefined, target: undefined } : one))
  assert.equal(
    removed({ ...world, lbs }).phases.map(({ key }) => key),
    ['remove-lbs'],
  )
  assert.not(stepsOf(deployed({ ...world, lbs })).some((step) => 'server' in step && step.server === 'ns2-next'))
})

plans('nothing is rotated as long as a pair leaves, nor a pair taken for staying that began to leave', () => {
  assert.match(
    refusalOf(planRotate(leaving(), { ...ordinary, pairs: 1 })),
    /does not have the pair of lb2.*--remove-pairs/,
  )
  const marked = within(leaving(), deployed(), 1)
  for (const plan of [planDeploy(marked, { ...deployRequest, pairs: 2 }), planRotate(marked, ordinary)])
    assert.match(refusalOf(plan), /lb2 began to leave.*rotate-lbs --remove-pairs/)
})

plans.run()
