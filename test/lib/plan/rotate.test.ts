import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeStep } from '../../../lib/plan/describe.ts'
import type { PlanInput } from '../../../lib/plan/input.ts'
import { planRotate } from '../../../lib/plan/rotate.ts'
import type { Observed, Plan, Step } from '../../../lib/plan/types.ts'
import { ordinary, rotateOf } from './operations.ts'
import { after, finalOf, floatingIps, killedBefore, lb, observed, server, stepsOf, twoServing } from './simulate.ts'

const plans = suite('lib/plan/rotate')

const planned = (world: Observed, now = 200, addresses: PlanInput['addresses'] = 'server'): Plan =>
  rotateOf(world, { now, addresses })

const refusalOf = (plan: Plan | { readonly refused: string }): string =>
  'refused' in plan ? plan.refused : 'not refused'

/** New machines alone, behind them nameservers made after them. */
const isRotated = ({ servers, lbs }: Observed): boolean =>
  servers.every(({ phase, generation }) => phase === 'serving' && generation >= 200) &&
  servers.length === 4 &&
  lbs.length === 2 &&
  lbs.every(({ name, target, pair }) => name === `lb${pair}` && target === `ns${pair}`)

plans('makes lbs and nameservers, changes one glue after the other, waits three times, removes', () => {
  assert.equal(
    planned(twoServing()).phases.map(({ title, confirm, ask, waits }) =>
      [title, confirm && 'confirms', ask && 'asks', waits && 'waits'].filter(Boolean).join(': '),
    ),
    [
      'Create the lbs',
      'Create',
      'Configure',
      'Check',
      'Stage',
      'Switch lb1-next',
      'Switch lb2-next',
      'Announce the new lbs',
      'Switch lb1',
      'Switch lb2',
      'Rename, retire the idle colours',
      'Remove the old: confirms',
      'Check the delegation',
      'Change the glue of ns1.example.test: asks',
      'Wait for the parents to show ns1.example.test: waits',
      'Change the glue of ns2.example.test: asks',
      'Wait for the parents to show ns2.example.test: waits',
      'Begin to drain',
      'Rename the lbs',
      'Wait for the caches: waits',
      'Wait until idle: waits',
      'Remove the old lbs: confirms',
    ],
  )
})

plans('where no program can set the glue, a person is told how and waited for', () => {
  const plan = rotateOf(twoServing(), { hasRegistrar: false })
  assert.not(stepsOf(plan).some(({ kind }) => kind === 'publish-glue'))
  assert.equal(plan.phases.flatMap(({ title, waits }) => (waits ? [title] : [])).slice(0, 2), [
    'Have somebody change the glue of ns1.example.test',
    'Have somebody change the glue of ns2.example.test',
  ])
  assert.ok(isRotated(finalOf(twoServing(), plan)))
})

plans('every lb sends to the new nameservers before any glue is changed', () => {
  const world = killedBefore('publish-glue', twoServing(), planned(twoServing()))
  assert.equal(world.lbs.map(({ name, target }) => `${name} ${target}`).sort(), [
    'lb1 ns1',
    'lb1-next ns1',
    'lb2 ns2',
    'lb2-next ns2',
  ])
})

plans('leads to new machines alone', () => {
  assert.ok(isRotated(finalOf(twoServing(), planned(twoServing()))))
})

plans('killed after any step, with the tracks in any order, another run finishes it', () => {
  const tracks = planned(twoServing()).phases.map((phase) => phase.tracks)
  for (const order of [tracks, tracks.map((all) => [...all].reverse())]) {
    const steps: readonly Step[] = order.flat(2)
    for (let done = 1; done < steps.length; done += 1) {
      const crashed = steps.slice(0, done).reduce(after, twoServing())
      const resumed = planned(crashed, 300)
      assert.ok(
        isRotated(finalOf(crashed, resumed)),
        `after ${done} steps (${describeStep(steps[done - 1] as Step)}): ${stepsOf(resumed).map(describeStep).join(' | ')}`,
      )
    }
  }
})

plans('the way to Floating IPs is an ordinary rotation, killed after any step or not', () => {
  const steps = stepsOf(planned(twoServing(), 200, 'floating'))
  const kinds = steps.map(({ kind }) => kind)
  assert.is(kinds.filter((kind) => kind === 'create-address').length, 4)
  assert.is(kinds.filter((kind) => kind === 'publish-glue').length, 2)
  for (let done = 1; done <= steps.length; done += 1) {
    const crashed = steps.slice(0, done).reduce(after, twoServing())
    const end = done === steps.length ? crashed : finalOf(crashed, planned(crashed, 300, 'floating'))
    assert.ok(isRotated(end), `after ${done} steps`)
    assert.equal(
      end.addresses.map(({ name, lb: to }) => `${name} ${to}`),
      ['lb1-ipv4 lb1', 'lb1-ipv6 lb1', 'lb2-ipv4 lb2', 'lb2-ipv6 lb2'],
    )
  }
})

/** Glue points at Floating IPs since an earlier rotation. */
const floating = (): Observed => ({
  ...observed(
    [server('lb1'), server('lb2'), server('ns1', { generation: 200 }), server('ns2', { generation: 200 })],
    twoServing().lbs,
  ),
  addresses: floatingIps(100),
})

plans('with Floating IPs, neither glue nor waits: each address is led over and proven', () => {
  assert.equal(
    planned(floating(), 300, 'floating').phases.map(({ title }) => title),
    [
      'Create the lbs',
      'Create',
      'Configure',
      'Switch on',
      'Move lb1-ipv4',
      'Move lb1-ipv6',
      'Move lb2-ipv4',
      'Move lb2-ipv6',
      'Rename the lbs',
      'Remove the old lbs',
    ],
  )
})

plans('with Floating IPs too, killed after any step, another run finishes it', () => {
  const steps = stepsOf(planned(floating(), 300, 'floating'))
  for (let done = 1; done <= steps.length; done += 1) {
    const crashed = steps.slice(0, done).reduce(after, floating())
    const end = done === steps.length ? crashed : finalOf(crashed, planned(crashed, 400, 'floating'))
    assert.ok(isRotated(end), `after ${done} steps`)
    assert.equal(
      end.addresses.map(({ lb: to }) => to),
      ['lb1', 'lb1', 'lb2', 'lb2'],
    )
  }
})

plans('Floating IPs are moved in the same way whatever the zone files at hand are', () => {
  const changed: PlanInput = { ...ordinary, now: 300, addresses: 'floating', zones: 'changed' }
  assert.equal(planRotate(floating(), changed), planned(floating(), 300, 'floating'))
})

plans('killed twice in a row, it still finishes', () => {
  const steps = stepsOf(planned(twoServing()))
  for (let first = 2; first < steps.length; first += 3) {
    const crashed = steps.slice(0, first).reduce(after, twoServing())
    const again = stepsOf(planned(crashed, 300))
    for (let second = 1; second < again.length; second += 2) {
      const twice = again.slice(0, second).reduce(after, crashed)
      if (isRotated(twice)) continue
      assert.ok(isRotated(finalOf(twice, planned(twice, 400))), `${first}, ${second}`)
    }
  }
})

/** The glue is changed; lb1-old and lb2-old are still asked. */
const draining = (): Observed =>
  observed(
    [
      server('lb1', { generation: 200 }),
      server('lb2', { generation: 200 }),
      server('lb1-old'),
      server('lb2-old'),
    ].concat(server('ns1', { generation: 250 }), server('ns2', { generation: 250 })),
    [
      lb('lb1', 'ns1'),
      lb('lb2', 'ns2'),
      lb('lb1-old', 'ns1', { isDraining: true }),
      lb('lb2-old', 'ns2', { isDraining: true }),
    ],
  )

plans('once the glue is changed, only waiting and removing are left', () => {
  assert.equal(
    planned(draining()).phases.map(({ title }) => title),
    ['Wait for the caches', 'Wait until idle', 'Remove the old lbs'],
  )
})

plans('an lb whose glue is changed is never removed before the waits', () => {
  const kinds = stepsOf(planned(draining())).map(({ kind }) => kind)
  assert.equal(kinds, ['await-caches', 'await-idle', 'delete-server', 'delete-server'])
})

plans('refuses to begin on top of an unfinished deployment', () => {
  const world = observed([...twoServing().servers, server('ns1-next')], twoServing().lbs)
  assert.match(refusalOf(planRotate(world, ordinary)), /ns1-next is left of an unfinished deployment/)
})

plans(
  'new lbs answer, and it is noted that caches may know them, before an lb in service sends where zones name them',
  () => {
    const steps = stepsOf(planned(twoServing()))
    const first = steps.findIndex((step) => step.kind === 'switch-lb' && !step.lb.endsWith('-next'))
    const world = steps.slice(0, first).reduce(after, twoServing())
    const next = world.servers.filter(({ name }) => name.endsWith('-next') && name.startsWith('lb'))
    assert.equal(
      next.map(({ name, announced }) => [name, announced]),
      [
        ['lb1-next', true],
        ['lb2-next', true],
      ],
    )
    assert.equal(
      world.lbs.map(({ name, target }) => `${name} ${target}`),
      ['lb1 ns1', 'lb2 ns2', 'lb1-next ns1-next', 'lb2-next ns2-next'],
    )
  },
)

plans.run()
