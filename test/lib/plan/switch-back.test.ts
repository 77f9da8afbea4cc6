import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planMoveBack, planRevert, planSwitchBack } from '../../../lib/plan/switch-back.ts'
import type { PlanPhase, Step } from '../../../lib/plan/types.ts'
import { finalOf, lb, observed, server, stepsOf } from './simulate.ts'

const plans = suite('lib/plan/switch-back')

const servers = [
  server('lb1'),
  server('lb2'),
  server('ns1'),
  server('ns2'),
  server('ns1-next', { generation: 200 }),
  server('ns2-next', { generation: 200 }),
]

plans('returns only the lbs that have moved', () => {
  const world = observed(servers, [lb('lb1', 'ns1-next'), lb('lb2', 'ns2')])
  const plan = planSwitchBack(world, 200)
  assert.equal(
    stepsOf(plan).map((step) => [step.kind, 'lb' in step && step.lb, 'nameserver' in step && step.nameserver]),
    [
      ['stage-lb', 'lb1', 'ns1'],
      ['switch-lb', 'lb1', 'ns1'],
      ['identify-lb', 'lb1', 'ns1'],
    ],
  )
  assert.equal(
    finalOf(world, plan).lbs.map((one) => one.target),
    ['ns1', 'ns2'],
  )
})

plans('is empty when nothing has moved', () => {
  assert.equal(planSwitchBack(observed(servers, [lb('lb1', 'ns1'), lb('lb2', 'ns2')]), 200).phases, [])
})

plans('goes to the old server once the names have changed', () => {
  const renamed = [server('ns1-old'), server('ns1', { generation: 200 })]
  const plan = planSwitchBack(observed(renamed, [lb('lb1', 'ns1')]), 200)
  assert.ok(stepsOf(plan).every((step) => 'nameserver' in step && step.nameserver === 'ns1-old'))
})

plans('is empty where there is nothing to go back to', () => {
  assert.equal(planSwitchBack(observed([server('ns1', { generation: 200 })], [lb('lb1', 'ns1')]), 200).phases, [])
})

const failedPhase = (...steps: readonly Step[]): PlanPhase => ({
  key: 'switch',
  title: 'Failed',
  movesTraffic: true,
  tracks: [steps],
})

plans('of an update, only the lb of the phase that failed goes back', () => {
  const phase = failedPhase(
    { kind: 'switch-lb', lb: 'lb2', nameserver: 'ns2' },
    { kind: 'verify-lb', lb: 'lb2', nameserver: 'ns2', port: 'public' },
  )
  assert.equal(stepsOf(planRevert(phase)), [{ kind: 'revert-lb', lb: 'lb2' }])
})

plans('a Floating IP that was moved goes back to the lb that serves', () => {
  const phase = failedPhase({ kind: 'move-address', address: 'lb1-ipv4', lb: 'lb1-next' })
  assert.equal(stepsOf(planMoveBack(phase)), [{ kind: 'move-address', address: 'lb1-ipv4', lb: 'lb1' }])
  const abandoning = failedPhase({ kind: 'move-address', address: 'lb1-ipv4', lb: 'lb1' })
  assert.equal(stepsOf(planMoveBack(abandoning)), [{ kind: 'move-address', address: 'lb1-ipv4', lb: 'lb1-next' }])
  assert.equal(planMoveBack(failedPhase({ kind: 'retire-lb', lb: 'lb1' })).phases, [])
})

plans.run()
