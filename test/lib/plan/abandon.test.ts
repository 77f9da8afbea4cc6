import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planAbandon } from '../../../lib/plan/abandon.ts'
import { planDeploy } from '../../../lib/plan/deploy.ts'
import { describeStep } from '../../../lib/plan/describe.ts'
import type { PlanInput } from '../../../lib/plan/input.ts'
import { isRefusal, type Refusal } from '../../../lib/plan/refusal.ts'
import { planRollback } from '../../../lib/plan/rollback.ts'
import { planRotate } from '../../../lib/plan/rotate.ts'
import { planSwitchBack } from '../../../lib/plan/switch-back.ts'
import type { Observed, Plan, Step } from '../../../lib/plan/types.ts'
import { accepted, guards, ordinary, rotateOf } from './operations.ts'
import { after, floatingIps, lb, observed, server, stepsOf, twoServing } from './simulate.ts'

const abandons = suite('lib/plan/abandon')

type Addresses = PlanInput['addresses']

/** The planner's view of the world, and what it cannot see: which generations name new lbs, and who may have learnt of them. */
interface World {
  readonly observed: Observed
  /** Generations whose zones were made with new lbs in them. */
  readonly naming: ReadonlySet<number>
  /** An lb in service has sent to such a generation, or glue has pointed at a new lb, and the TTLs have not been waited for since. */
  readonly isLearnt: boolean
}

const begin = (world: Observed): World => ({ observed: world, naming: new Set(), isLearnt: false })

const request = (now: number, addresses: Addresses = 'server'): PlanInput => ({ ...ordinary, now, addresses })

const isNew = (name: string): boolean => name.startsWith('lb') && name.endsWith('-next')

const namedBy = ({ observed: seen, naming }: World, lbs: readonly string[]): boolean =>
  seen.lbs.some(
    ({ name, target }) =>
      lbs.includes(name) && seen.servers.some((one) => one.name === target && naming.has(one.generation)),
  )

const servingLbs = ({ observed: seen }: World): readonly string[] =>
  seen.lbs.filter(({ phase }) => phase !== 'next').map(({ name }) => name)

/** A step, and what it does to those who learn from zones. Refuses what would lose questions. */
const live = (world: World, step: Step): World => {
  const { observed: seen } = world
  if (step.kind === 'delete-server' && isNew(step.server)) {
    assert.not(world.isLearnt, `deleted ${step.server}, which caches know`)
    assert.not(namedBy(world, servingLbs(world)), `deleted ${step.server}, which zones name`)
  }
  if (step.kind === 'begin-drain') assert.not(namedBy(world, servingLbs(world)), 'the wait begins too early')
  const next = { ...world, observed: after(seen, step), naming: namingAfter(world, step) }
  const isDone =
    step.kind === 'await-caches' && step.lbs.every((name) => seen.lbs.find((one) => one.name === name)?.isDraining)
  return { ...next, isLearnt: !isDone && (world.isLearnt || namedBy(next, servingLbs(next))) }
}

const namingAfter = ({ observed: { servers, addresses }, naming }: World, step: Step): ReadonlySet<number> => {
  if (step.kind !== 'configure' || step.role !== 'nameserver') return naming
  const made = servers.filter(({ name }) => step.servers.includes(name))
  const isOfNext = servers.some(
    (one) =>
      isNew(one.name) &&
      made.some(({ generation }) => one.generation <= generation && generation < (one.abandoned ?? 1e9)),
  )
  // Floating IPs of before lead to whatever lb serves
  const isFloating = addresses.some(({ generation }) => generation === 100)
  const generations = made.map(({ generation }) => generation)
  const others = [...naming].filter((generation) => !generations.includes(generation))
  return new Set(isOfNext && !isFloating ? [...others, ...generations] : others)
}

const refusalOf = (plan: Plan | Refusal): string =>
  'refused' in plan ? `${plan.refused}. ${plan.hint}` : 'not refused'

/** As the lbs answer now; no parent shows a new lb. */
const publication = (world: World): Observed => {
  const named = namedBy(world, servingLbs(world)) ? world.observed.servers.map(({ name }) => name).filter(isNew) : []
  return { ...world.observed, publication: { glue: [], named } }
}

const abandon = (world: World, now: number, addresses?: Addresses): Plan =>
  accepted(planAbandon(publication(world), request(now, addresses)))

const rotation = (world: Observed, addresses?: Addresses): readonly Step[] =>
  stepsOf(rotateOf(world, request(200, addresses)))

/** Up to where the first glue would be changed. */
const untilGlue = (steps: readonly Step[]): readonly Step[] => {
  const glue = steps.findIndex(({ kind }) => kind === 'publish-glue' || kind === 'rename-server')
  const first = steps.findIndex(({ kind }) => kind === 'publish-glue')
  return steps.slice(0, first === -1 ? glue : first)
}

/** The old lbs alone, behind them nameservers whose zones name these; nobody knows others. */
const assertTakenBack = (world: World, when: string): void => {
  const { servers, lbs, addresses } = world.observed
  assert.equal(
    servers
      .filter(({ kept }) => !kept)
      .map(({ name }) => name)
      .sort(),
    ['lb1', 'lb2', 'ns1', 'ns2'],
    when,
  )
  assert.ok(
    servers.every(({ role, generation }) => role !== 'lb' || generation === 100),
    when,
  )
  assert.ok(
    lbs.every(({ pair, target }) => target === `ns${pair}`),
    when,
  )
  assert.not(
    servers.some(({ generation }) => world.naming.has(generation)),
    when,
  )
  assert.ok(
    addresses.every(({ lb: to, pair }) => to === `lb${pair}`),
    when,
  )
}

const begun = (done: number, start: Observed = twoServing(), addresses?: Addresses): World =>
  rotation(start, addresses).slice(0, done).reduce(live, begin(start))

const when = (steps: readonly Step[], done: number): string => `after ${done}: ${describeStep(steps[done - 1] as Step)}`

const orders = (steps: readonly Step[]): readonly number[] => steps.map((_step, index) => index + 1)

const floating = (): Observed => ({
  ...observed(
    [server('lb1'), server('lb2'), server('ns1', { generation: 150 }), server('ns2', { generation: 150 })],
    twoServing().lbs,
  ),
  addresses: floatingIps(100),
})

const kinds: readonly (readonly [title: string, start: () => Observed, addresses: Addresses])[] = [
  ['a rotation', twoServing, 'server'],
  ['the way to Floating IPs', twoServing, 'floating'],
  ['a rotation with Floating IPs', floating, 'floating'],
]

for (const [title, start, addresses] of kinds) {
  abandons(`${title}, ended after any step before its glue, is taken back`, () => {
    const steps = untilGlue(rotation(start(), addresses))
    for (const done of orders(steps)) {
      const world = begun(done, start(), addresses)
      if (!world.observed.servers.some(({ name }) => isNew(name))) continue
      const end = stepsOf(abandon(world, 300, addresses)).reduce(live, world)
      assertTakenBack(end, when(steps, done))
    }
  })

  abandons(`${title} is taken back also when that is killed after any step, and killed again`, () => {
    const steps = untilGlue(rotation(start(), addresses))
    for (const done of orders(steps)) {
      const world = begun(done, start(), addresses)
      if (!world.observed.servers.some(({ name }) => isNew(name))) continue
      const back = stepsOf(abandon(world, 300, addresses))
      for (const killed of orders(back)) {
        const crashed = back.slice(0, killed).reduce(live, world)
        const where = `${when(steps, done)}, then ${when(back, killed)}`
        assertTakenBack(finish(crashed, 250, { addresses, where }), where)
      }
    }
  })
}

/** Goes on, on a computer whose clock is behind, killed once more half-way. */
const finish = (
  world: World,
  now: number,
  { addresses, where }: { readonly addresses: Addresses; readonly where: string },
): World => {
  if (!world.observed.servers.some(({ name }) => isNew(name))) return world
  try {
    const again = stepsOf(abandon(world, now, addresses))
    const crashed = again.slice(0, Math.ceil(again.length / 2)).reduce(live, world)
    if (!crashed.observed.servers.some(({ name }) => isNew(name))) return crashed
    return stepsOf(abandon(crashed, now, addresses)).reduce(live, crashed)
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : error}`)
  }
}

const asked = (): World => begun(untilGlue(rotation(twoServing())).length)

abandons('where zones name the new lbs, nameservers that name the old ones come first, then the TTLs', () => {
  const plan = abandon(asked(), 300)
  assert.equal(
    plan.phases.map(({ title, confirm, waits }) =>
      [title, confirm && 'confirms', waits && 'waits'].filter(Boolean).join(': '),
    ),
    [
      'Begin to take back',
      'Create',
      'Configure',
      'Check',
      'Stage',
      'Switch lb1',
      'Switch lb1-next',
      'Switch lb2',
      'Switch lb2-next',
      'Rename, retire the idle colours',
      'Remove the old: confirms',
      'Begin to drain',
      'Wait for the caches: waits',
      'Remove the new lbs: confirms',
    ],
  )
  assert.ok(
    plan.phases.every(({ confirm }) => !confirm?.mayKeep),
    'what names the new lbs must not stay warm',
  )
})

abandons('nameservers that an earlier run has made are gone on with in their generation', () => {
  const plan = abandon(asked(), 300)
  const steps = stepsOf(plan)
  const made = steps.findIndex(({ kind }) => kind === 'create-server') + 1
  const later = abandon(steps.slice(0, made).reduce(live, asked()), 400)
  assert.equal([plan.generation, later.generation], [300, 300])
})

abandons('what was not noted is seen in the zones', () => {
  const world = asked()
  const servers = world.observed.servers.map((one) => ({ ...one, announced: false }))
  assert.equal(abandon({ ...world, observed: { ...world.observed, servers } }, 300), abandon(world, 300))
})

abandons('also when a switch was taken back at once, caches may know the new lbs', () => {
  const steps = rotation(twoServing())
  const served = steps.findIndex((step) => step.kind === 'switch-lb' && step.lb === 'lb1')
  const failed = begun(served + 1)
  const world = stepsOf(planSwitchBack(failed.observed, 200)).reduce(live, failed)
  assert.ok(
    servingLbs(world).every((name) =>
      world.observed.lbs.some((one) => one.name === name && /^ns.$/.test(one.target ?? '')),
    ),
  )
  const plan = abandon(world, 300)
  assert.ok(stepsOf(plan).some(({ kind }) => kind === 'await-caches'))
  assertTakenBack(stepsOf(plan).reduce(live, world), 'switched back')
})

abandons('where nobody can know the new lbs, they go at once, with the nameservers that were made for them', () => {
  const steps = rotation(twoServing())
  const world = begun(steps.findIndex(({ kind }) => kind === 'switch-lb'))
  assert.equal(stepsOf(abandon(world, 300)).map(describeStep), [
    'DELETE ns1-next',
    'DELETE lb1-next',
    'DELETE ns2-next',
    'DELETE lb2-next',
  ])
})

abandons('as long as a parent shows a new lb, nothing is touched', () => {
  const glue = ['a.nic.test (198.19.1.11) shows 198.18.1.13 as ns1.example.test., for example.test.']
  const shown = (world: Observed): string =>
    refusalOf(planAbandon({ ...world, publication: { glue, named: ['lb1-next'] } }, request(300)))
  assert.match(
    shown(asked().observed),
    /a\.nic\.test .* shows 198\.18\.1\.13 as ns1[\s\S]*Finish the rotation with rotate-lbs.*at the registrar/,
  )
  const [first] = stepsOf(abandon(asked(), 300))
  const late = shown(after(asked().observed, first as Step))
  assert.match(late, /at the registrar/)
  assert.not.match(late, /Finish the rotation/)
})

abandons('once names have changed, or without a rotation, there is nothing to take back', () => {
  assert.match(refusalOf(planAbandon(publication(begin(twoServing())), request(300))), /no rotation to abandon/)
  const old = observed([...twoServing().servers, server('lb1-old')], [...twoServing().lbs, lb('lb1-old', 'ns1')])
  assert.match(refusalOf(planAbandon(publication(begin(old)), request(300))), /points at the new lbs already/)
})

abandons('a new lb that caches may know, and that does not answer, is seen to first', () => {
  const { observed: world, ...rest } = asked()
  const lbs = world.lbs.map((one) => (one.name === 'lb1-next' ? { ...one, active: undefined, fault: 'closed' } : one))
  const refusal = refusalOf(planAbandon(publication({ ...rest, observed: { ...world, lbs } }), request(300)))
  assert.match(
    refusal,
    /lb1-next could not be asked for its state: closed.*see to it first.*delete it in the cloud console/,
  )
})

abandons('in the middle of it, rotate-lbs refuses and names it', () => {
  const world = stepsOf(abandon(asked(), 300)).slice(0, 1).reduce(live, asked())
  assert.match(
    refusalOf(planRotate(world.observed, request(400))),
    /being taken back: lb1-next, lb2-next.*rotate-lbs --abandon/,
  )
})

abandons('in the middle of it, a deployment is refused with the way out, or is safe', () => {
  const deployment = { ...request(250), keepOld: false, fresh: false, newLbs: [] }
  const steps = untilGlue(rotation(twoServing()))
  let deployed = 0
  for (const done of orders(steps)) {
    const world = begun(done)
    if (!world.observed.servers.some(({ name }) => isNew(name))) continue
    const back = stepsOf(abandon(world, 300))
    for (const killed of orders(back)) {
      const crashed = back.slice(0, killed).reduce(live, world)
      const plan = planDeploy(crashed.observed, deployment)
      const where = `${when(steps, done)}, then ${when(back, killed)}`
      if (isRefusal(plan)) assert.match(plan.hint, /--abandon/, where)
      else {
        deployed += 1
        assertTakenBack(finish(stepsOf(plan).reduce(live, crashed), 250, { addresses: 'server', where }), where)
      }
    }
  }
  assert.ok(deployed > 20, `${deployed}`)
})

abandons('nobody goes back to nameservers that name lbs which leave, and they do not outlive these', () => {
  const world = stepsOf(abandon(asked(), 300)).slice(0, 1).reduce(live, asked())
  const deployment = { ...request(350), keepOld: true, fresh: false, newLbs: [] }
  const kept = stepsOf(accepted(planDeploy(world.observed, deployment))).reduce(live, world)
  assert.ok(kept.observed.servers.some(({ name }) => name === 'ns1-old'))
  assert.match(
    refusalOf(planRollback(kept.observed, { pairs: 2, now: 400, of: undefined, keepOld: false, guards })),
    /The zones of ns1-old give the addresses of lbs that leave/,
  )
  const end = stepsOf(abandon(kept, 400)).reduce(live, kept)
  assert.equal(end.observed.servers.map(({ name }) => name).sort(), ['lb1', 'lb2', 'ns1', 'ns2'])
})

abandons.run()
