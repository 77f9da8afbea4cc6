import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type BootstrapRequest, planBootstrap } from '../../../lib/plan/bootstrap.ts'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import { bootstrapOf, ordinary } from './operations.ts'
import { after, finalOf, lb, observed, server, stepsOf, twoServing } from './simulate.ts'

const plans = suite('lib/plan/bootstrap')

const nothing: Observed = { ...observed([], []), sshKey: false, network: false, firewalls: [] }

const request = { ...ordinary, register: false }

const planned = (world: Observed, changes: Partial<BootstrapRequest> = {}): Plan =>
  bootstrapOf(world, { register: false, ...changes })

const isComplete = ({ servers, lbs, sshKey, network, firewalls }: Observed): boolean =>
  sshKey &&
  network &&
  firewalls.length === 2 &&
  ['lb1', 'lb2', 'ns1', 'ns2'].every((name) => servers.some((one) => one.name === name && one.isProtected)) &&
  lbs.length === 2 &&
  lbs.every((one) => one.target === `ns${one.pair}`)

plans('from nothing: foundation, machines, configuration, proof, traffic, protection', () => {
  const plan = planned(nothing)
  assert.equal(
    plan.phases.map((phase) => phase.title),
    ['Foundation', 'Create', 'Configure', 'Check', 'Switch on', 'Protect'],
  )
  assert.is(plan.generation, 200)
  assert.ok(isComplete(finalOf(nothing, plan)))
})

plans('creates all four machines side by side', () => {
  const create = planned(nothing).phases.find((phase) => phase.title === 'Create')
  assert.is(create?.tracks.length, 4)
})

plans('with everything there, there is nothing to do', () => {
  assert.equal(planned(twoServing()).phases, [])
})

plans('killed after any step, the next run finishes', () => {
  const steps = stepsOf(planned(nothing))
  for (let done = 1; done < steps.length; done += 1) {
    const crashed = steps.slice(0, done).reduce(after, nothing)
    assert.ok(isComplete(finalOf(crashed, planned(crashed, { now: 300 }))), `after ${done} steps`)
  }
})

plans('never configures a pair that serves', () => {
  const world = observed(
    [server('lb1'), server('ns1'), server('lb2'), server('ns2')],
    [lb('lb1', 'ns1'), lb('lb2', undefined, { active: undefined })],
  )
  const configured = stepsOf(planned(world)).flatMap((step) => (step.kind === 'configure' ? step.servers : []))
  assert.equal(configured, ['ns2', 'lb2'])
})

plans('Floating IPs are made with an lb, and not for one whose own addresses glue has', () => {
  const { servers, lbs } = twoServing()
  const lost = observed(
    servers.filter(({ name }) => name !== 'ns2'),
    lbs.map((one) => (one.name === 'lb2' ? { ...one, target: undefined } : one)),
  )
  const addressesOf = (world: Observed): readonly string[] =>
    finalOf(world, planned(world, { addresses: 'floating' })).addresses.map(({ name }) => name)
  assert.equal(addressesOf(lost), [])
  assert.is(addressesOf(nothing).length, 4)
})

const madeOf = (world: Observed, changes: Partial<BootstrapRequest>): readonly string[] =>
  finalOf(world, planned(world, changes))
    .servers.filter(({ name }) => !world.servers.some((one) => one.name === name))
    .map(({ name, generation }) => `${name} of ${generation}`)

plans('one serial never stands for two contents: what would answer otherwise is of a new generation', () => {
  const { servers, lbs } = twoServing()
  const lostNameserver = observed(
    servers.filter(({ name }) => name !== 'ns2'),
    lbs,
  )
  assert.equal(madeOf(lostNameserver, {}), ['ns2 of 100'], 'the same zones and lbs')
  assert.equal(madeOf(lostNameserver, { zones: 'other' }), ['ns2 of 200'])
  assert.equal(madeOf(twoServing(), { pairs: 3 }).toSorted(), ['lb3 of 200', 'ns3 of 200'], 'zones name lb3')
  assert.equal(madeOf(twoServing(), { pairs: 3, now: 50 }).toSorted(), ['lb3 of 101', 'ns3 of 101'], 'serials rise')
})

plans('a pair more that is left half-made keeps its generation', () => {
  const steps = stepsOf(planned(twoServing(), { pairs: 3 }))
  for (let done = 1; done < steps.length; done += 1) {
    const crashed = steps.slice(0, done).reduce(after, twoServing())
    const { servers } = finalOf(crashed, planned(crashed, { pairs: 3, now: 300 }))
    const third = servers.filter(({ pair }) => pair === 3)
    assert.equal(
      third.map(({ generation }) => generation),
      [200, 200],
      `after ${done} steps`,
    )
  }
})

plans('leaves an unfinished deployment to deploy-infra', () => {
  const world = observed([...twoServing().servers, server('ns1-next')], twoServing().lbs)
  const plan = planBootstrap(world, request)
  assert.is(isRefusal(plan) && plan.refused, 'ns1-next is left of an unfinished deployment')
})

plans('with Floating IPs, each pair gets both before anything is configured', () => {
  const plan = planned(nothing, { addresses: 'floating' })
  const create = plan.phases.find(({ title }) => title === 'Create')
  assert.equal(
    create?.tracks.flat().flatMap((step) => (step.kind === 'create-address' ? [`${step.address} ${step.lb}`] : [])),
    ['lb1-ipv4 lb1', 'lb1-ipv6 lb1', 'lb2-ipv4 lb2', 'lb2-ipv6 lb2'],
  )
  assert.ok(isComplete(finalOf(nothing, plan)))
})

plans('--register looks for DS records, enters host objects, then nameservers; by hand it is refused', () => {
  const plan = planned(twoServing(), { register: true })
  assert.equal(
    stepsOf(plan).map((step) => step.kind),
    ['check-unsigned', 'publish-glue', 'publish-glue', 'register-nameservers'],
  )
  const manual = planBootstrap(twoServing(), { ...request, register: true, hasRegistrar: false })
  assert.match(isRefusal(manual) ? manual.refused : 'not refused', /manual/)
})

plans.run()
