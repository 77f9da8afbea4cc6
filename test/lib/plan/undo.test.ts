import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import { planRollback, type RollbackRequest } from '../../../lib/plan/rollback.ts'
import { planLeadOn } from '../../../lib/plan/switch-back.ts'
import type { Observed, Plan, Step } from '../../../lib/plan/types.ts'
import { abandonOf, deployOf, guards, rollbackOf, rotateOf } from './operations.ts'
import { after, finalOf, killedAfter, killedBefore, observed, stepsOf, twoServing, within } from './simulate.ts'

const plans = suite('lib/plan/undo')

const deployment = (): Plan => deployOf(twoServing())

const linesOf = ({ phases }: Plan): readonly string[] =>
  phases.map(({ title, confirm }) => (confirm ? `${title}: ${confirm.mayKeep ? 'asks' : 'goes with the plan'}` : title))

const refusalOf = (world: Observed, changes: Partial<RollbackRequest> = {}): string => {
  const plan = planRollback(world, { pairs: 2, now: 300, of: undefined, keepOld: false, guards, ...changes })
  return isRefusal(plan) ? `${plan.refused}. ${plan.hint}` : 'not refused'
}

/** As it was before the deployment, to the last label that a planner can see. */
const isUndone = ({ servers, lbs }: Observed): boolean =>
  JSON.stringify(servers.map(({ name, generation }) => `${name} ${generation}`).sort()) ===
    JSON.stringify(['lb1 100', 'lb2 100', 'ns1 100', 'ns2 100']) &&
  servers.every(({ isProtected }) => isProtected) &&
  lbs.every(({ pair, target }) => target === `ns${pair}`)

const isLast = (step: Step): boolean => step.kind === 'delete-server'

/** How many steps of a deployment can be done while all of the old are there. */
const untilDeletion = (plan: Plan): number => stepsOf(plan).findIndex(isLast)

plans('a deployment that was killed after any step is taken back, and so is one that is killed while it is', () => {
  const plan = deployment()
  for (let done = 1; done <= untilDeletion(plan); done += 1) {
    const world = within(twoServing(), plan, done)
    const back = rollbackOf(world)
    assert.ok(isUndone(finalOf(world, back)), `after ${done} steps`)
    for (let killed = 1; killed < stepsOf(back).length; killed += 1) {
      const crashed = within(world, back, killed)
      if (isUndone(crashed)) continue
      assert.ok(isUndone(finalOf(crashed, rollbackOf(crashed))), `after ${done} steps, then ${killed}`)
    }
  }
})

plans('it can be gone on with again, as long as nothing of it is removed', () => {
  const world = killedBefore('delete-server', twoServing(), deployment())
  const back = rollbackOf(world)
  for (let killed = 1; killed <= untilDeletion(back); killed += 1) {
    const crashed = within(world, back, killed)
    const forward = finalOf(crashed, deployOf(crashed, { now: 300 }))
    assert.ok(
      forward.lbs.every(({ pair, target }) => target === `ns${pair}`),
      `after ${killed} steps`,
    )
    assert.equal(
      forward.servers.filter(({ role }) => role === 'nameserver').map(({ name, generation }) => [name, generation]),
      [
        ['ns1', 200],
        ['ns2', 200],
      ],
    )
  }
})

plans('what had traffic is asked about before it is deleted; what had none goes with the plan', () => {
  const unused = killedBefore('switch-lb', twoServing(), deployment())
  assert.equal(linesOf(rollbackOf(unused)), ['Retire the idle colour', 'Remove what was made: goes with the plan'])
  const between = killedAfter('switch-lb', twoServing(), deployment())
  assert.equal(linesOf(rollbackOf(between)), [
    'Stage',
    'Switch lb1 back',
    'Retire the idle colour',
    'Remove what was made: asks',
  ])
  const renamed = killedBefore('delete-server', twoServing(), deployment())
  assert.equal(linesOf(rollbackOf(renamed)).slice(-2), ['Rename back', 'Remove what was made: asks'])
})

plans('--keep-old, and saying no, keep warm what was made: it can be gone back to', () => {
  const between = killedAfter('switch-lb', twoServing(), deployment())
  const kept = finalOf(between, rollbackOf(between, { keepOld: true }))
  assert.equal(
    kept.servers.filter((one) => one.kept).map(({ name, generation }) => [name, generation]),
    [
      ['ns1-old', 200],
      ['ns2-old', 200],
    ],
  )
  const again = finalOf(kept, rollbackOf(kept))
  assert.is(again.servers.find(({ name }) => name === 'ns1')?.generation, 200)
})

plans('with not all of the old left nothing is touched, and the way out is named', () => {
  const world = killedAfter('delete-server', twoServing(), deployment())
  assert.match(
    refusalOf(world),
    /^only ns2-old is left of the generation before.*Finish the deployment with deploy-infra/,
  )
})

plans('an update of the lbs can be undone meanwhile, and nothing else is', () => {
  const world = killedBefore('stage-lb', twoServing(), deployment())
  const updated = { ...world, lbs: world.lbs.map((one) => ({ ...one, revertible: true })) }
  assert.equal(
    stepsOf(rollbackOf(updated, { of: 'update' })).map(({ kind }) => kind),
    ['revert-lb', 'identify-lb', 'revert-lb', 'identify-lb'],
  )
})

plans('an lb that cannot go back stays with what it had, and the others with what they have', () => {
  const between = killedAfter('switch-lb', twoServing(), deployment())
  const phase = rollbackOf(between).phases.find(({ key }) => key === 'switch')
  assert.ok(phase)
  const failed = after(between, { kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1' })
  assert.equal(
    finalOf(failed, planLeadOn(failed, phase)).lbs.map(({ target }) => target),
    ['ns1-next', 'ns2'],
  )
})

const rotation = (): Plan => rotateOf(twoServing())

plans('of a rotation, its lbs and their nameservers stay: caches may know them', () => {
  const between = killedBefore('retire-lb', twoServing(), rotation())
  const plan = rollbackOf(between)
  assert.match(plan.notes.join(), /lb1-next, lb2-next and the nameservers made for them stay: rotate-lbs goes on/)
  const back = finalOf(between, plan)
  assert.equal(
    back.lbs.map(({ name, target }) => `${name} ${target}`),
    ['lb1 ns1', 'lb2 ns2', 'lb1-next ns1-next', 'lb2-next ns2-next'],
  )
  assert.match(refusalOf(back), /Take the rotation back with rotate-lbs --abandon/)
  const abandoned = finalOf(back, abandonOf(back, { glue: [], named: [] }))
  assert.ok(isUndone(abandoned))
})

plans('lbs that clients may reach already are led back too, to what names them', () => {
  const waiting = killedBefore('publish-glue', twoServing(), rotation())
  const later = killedBefore(
    'retire-lb',
    waiting,
    deployOf(waiting, { now: 300, newLbs: [1, 2].map((pair) => ({ name: `lb${pair}-next`, pair })) }),
  )
  const back = finalOf(later, rollbackOf(later))
  assert.equal(
    back.lbs.map(({ target }) => target),
    ['ns1', 'ns2', 'ns1', 'ns2'],
  )
})

plans('a pair whose old nameserver was lost before keeps nobody from going back', () => {
  const { servers, lbs } = twoServing()
  const lost = observed(
    servers.filter(({ name }) => name !== 'ns1'),
    lbs.map((one) => (one.name === 'lb1' ? { ...one, target: undefined } : one)),
  )
  const begun = within(lost, deployOf(lost), 2)
  const plan = rollbackOf(begun)
  assert.equal(
    finalOf(begun, plan).servers.map(({ name }) => name),
    ['lb1', 'lb2', 'ns2'],
  )
})

plans.run()
