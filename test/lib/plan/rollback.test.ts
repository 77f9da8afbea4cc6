import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import { findRebuild, planRollback, type RollbackRequest } from '../../../lib/plan/rollback.ts'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import { accepted, guards } from './operations.ts'
import { after, finalOf, lb, observed, server, stepsOf, twoServing } from './simulate.ts'

const plans = suite('lib/plan/rollback')

const request = (of: RollbackRequest['of'] = undefined): RollbackRequest => ({
  pairs: 2,
  now: 300,
  of,
  keepOld: false,
  guards,
})

/** Generation 200 serves, 100 is warm, as after deploy-infra --keep-old. */
const deployed = (): Observed =>
  observed(
    [
      server('lb1'),
      server('lb2'),
      ...[1, 2].flatMap((pair) => [
        server(`ns${pair}`, { generation: 200, previous: 'abc' }),
        server(`ns${pair}-old`, { generation: 100, kept: true }),
      ]),
    ],
    [lb('lb1', 'ns1'), lb('lb2', 'ns2')],
  )

const planned = (world: Observed, of?: RollbackRequest['of']): Plan => accepted(planRollback(world, request(of)))

const refusalOf = (world: Observed, of?: RollbackRequest['of']): string => {
  const plan = planRollback(world, request(of))
  return isRefusal(plan) ? plan.refused : 'not refused'
}

const isBack = ({ servers, lbs }: Observed): boolean =>
  lbs.every((one) => one.target === `ns${one.pair}`) &&
  [1, 2].every((pair) => {
    const find = (name: string) => servers.find((one) => one.name === name)
    return (
      find(`ns${pair}`)?.generation === 100 && !find(`ns${pair}`)?.kept && find(`ns${pair}-old`)?.generation === 200
    )
  }) &&
  servers.every((one) => one.phase !== 'next')

plans('switches every lb back, one after the other, and has the names change places', () => {
  const plan = planned(deployed())
  assert.equal(
    plan.phases.map(({ title }) => title),
    ['Stage', 'Switch lb1 back', 'Switch lb2 back', 'Retire the idle colour', 'Rename back'],
  )
  assert.ok(isBack(finalOf(deployed(), plan)))
  assert.match(plan.notes[0] ?? '', /from generation 200 to 100/)
})

plans('killed after any step, with the tracks in any order, the next run goes on to the same end', () => {
  const tracks = planned(deployed()).phases.map((phase) => phase.tracks)
  for (const order of [tracks, tracks.map((all) => [...all].reverse())]) {
    const steps = order.flat(2)
    for (let done = 1; done < steps.length; done += 1) {
      const crashed = steps.slice(0, done).reduce(after, deployed())
      if (isBack(crashed)) continue
      const resumed = planned(crashed)
      assert.ok(isBack(finalOf(crashed, resumed)), `after ${done} steps: ${stepsOf(resumed).map((step) => step.kind)}`)
    }
  }
})

plans('can itself be undone', () => {
  const back = finalOf(deployed(), planned(deployed()))
  const again = finalOf(back, planned(back))
  assert.is(again.servers.find((one) => one.name === 'ns1')?.generation, 200)
})

plans('also moves an lb that glue pointed at until lately', () => {
  const world = { ...deployed(), lbs: [...deployed().lbs, lb('lb1-old', 'ns1')] }
  assert.equal(
    finalOf(world, planned(world)).lbs.map((one) => one.target),
    ['ns1', 'ns2', 'ns1'],
  )
})

plans('refuses to go back to zones that give the addresses of lbs that are gone', () => {
  const world = deployed()
  const rotated = {
    ...world,
    servers: world.servers.map((one) => (one.role === 'lb' ? { ...one, generation: 150 } : one)),
  }
  assert.match(refusalOf(rotated), /ns1-old was made before the lbs were rotated/)
  const floating = [1, 2].map((pair) => ({ name: `lb${pair}-ipv4`, pair, generation: 90, lb: `lb${pair}` }))
  assert.is(refusalOf({ ...rotated, addresses: floating }), 'not refused')
})

plans('undoes an update of the lbs', () => {
  const world = { ...twoServing(), lbs: twoServing().lbs.map((one) => ({ ...one, revertible: true })) }
  assert.equal(
    stepsOf(planned(world)).map((step) => step.kind),
    ['revert-lb', 'identify-lb', 'revert-lb', 'identify-lb'],
  )
})

plans('asks what is meant when both could be undone', () => {
  const world = { ...deployed(), lbs: deployed().lbs.map((one) => ({ ...one, revertible: true })) }
  assert.match(refusalOf(world), /Both the last deployment and the last update/)
  assert.is(stepsOf(planned(world, 'update'))[0]?.kind, 'revert-lb')
  assert.is(stepsOf(planned(world, 'deployment'))[0]?.kind, 'stage-lb')
})

plans('once nothing is warm, names the commit that the generation before was made from', () => {
  const cold = (previous: string): Observed => ({
    ...twoServing(),
    servers: twoServing().servers.map((one) => ({ ...one, previous })),
  })
  assert.is(findRebuild(deployed(), request()), undefined)
  assert.is(findRebuild(cold('abc'), request()), 'abc')
  assert.match(refusalOf(cold('abc')), /nothing warm/)
  for (const [previous, expected] of [
    ['', /no commit of the generation before is on record/],
    ['abc-dirty', /on top of commit abc that are in no commit/],
  ] as const) {
    const found = findRebuild(cold(previous), request())
    assert.match(isRefusal(found) ? found.refused : String(found), expected)
  }
})

plans.run()
