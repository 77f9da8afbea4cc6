import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type DeployRequest, planDeploy } from '../../../lib/plan/deploy.ts'
import { describeStep } from '../../../lib/plan/describe.ts'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import type { Observed, Plan, Step } from '../../../lib/plan/types.ts'
import { accepted, guards } from './operations.ts'
import { after, finalOf, killedBefore, lb, observed, server, stepsOf, twoServing } from './simulate.ts'

const plans = suite('lib/plan/deploy')

const request = (changes: Partial<DeployRequest> = {}): DeployRequest => ({
  pairs: 2,
  now: 200,
  zones: 'z',
  zoneNames: ['a.test.', 'b.test.'],
  keepOld: false,
  fresh: false,
  newLbs: [],
  guards,
  ...changes,
})

const planned = (world: Observed, changes: Partial<DeployRequest> = {}): Plan =>
  accepted(planDeploy(world, request(changes)))

const linesOf = (plan: Plan): readonly string[] =>
  plan.phases.map(
    ({ title, tracks }) => `${title}: ${tracks.map((track) => track.map(describeStep).join(', ')).join(' | ')}`,
  )

const refusalOf = (world: Observed, changes: Partial<DeployRequest> = {}): string => {
  const plan = planDeploy(world, request(changes))
  return isRefusal(plan) ? plan.refused : 'not refused'
}

/** Both pairs serve generation 200, nothing is left over. */
const isDeployed = ({ servers, lbs }: Observed, generation: number): boolean =>
  lbs.every((one) => one.target === `ns${one.pair}`) &&
  ['ns1', 'ns2'].every((name) =>
    servers.some((one) => one.name === name && one.generation === generation && one.isProtected),
  ) &&
  servers.every((one) => one.phase === 'serving')

plans('both serving: creates, checks, stages, switches one lb after the other, renames, deletes', () => {
  assert.equal(linesOf(planned(twoServing())), [
    'Create: Create ns1-next (generation 200), Wait until ns1-next is ready | Create ns2-next (generation 200), Wait until ns2-next is ready',
    'Configure: Configure ns1-next, ns2-next with Ansible | Wait for the end of cloud-init on ns1-next | Wait for the end of cloud-init on ns2-next',
    'Check: Check every answer of ns1-next | Check every answer of ns2-next',
    'Stage: Stage ns1-next on the idle colour of lb1, Check ns1-next through the preview port of lb1 | Stage ns2-next on the idle colour of lb2, Check ns2-next through the preview port of lb2',
    'Switch lb1: Switch lb1 to ns1-next, Check ns1-next through port 53 of lb1',
    'Switch lb2: Switch lb2 to ns2-next, Check ns2-next through port 53 of lb2',
    'Rename, retire the idle colours: Rename ns1 to ns1-old, Rename ns1-next to ns1, Protect ns1 from deletion | Rename ns2 to ns2-old, Rename ns2-next to ns2, Protect ns2 from deletion | Drain and stop the idle colour of lb1 | Drain and stop the idle colour of lb2',
    'Remove the old: DELETE ns1-old | DELETE ns2-old',
  ])
})

plans('asks before it deletes, and only there', () => {
  const asking = planned(twoServing()).phases.filter((phase) => phase.confirm)
  assert.equal(
    asking.map(({ title, confirm }) => [title, confirm?.name]),
    [['Remove the old', 'ns1-old']],
  )
})

plans('leads to the new generation alone', () => {
  assert.ok(isDeployed(finalOf(twoServing(), planned(twoServing())), 200))
})

plans('killed after any step, in any interleaving of the tracks, the next run finishes the same generation', () => {
  for (const order of [0, 1]) {
    const steps = interleaved(planned(twoServing()), order)
    for (let done = 1; done < steps.length; done += 1) {
      const crashed = steps.slice(0, done).reduce(after, twoServing())
      const resumed = planned(crashed, { now: 300 })
      const created = steps.slice(0, done).some((step) => step.kind === 'create-server')
      const generation = created ? 200 : 300
      assert.is(resumed.generation, generation, `after ${done} steps`)
      assert.ok(
        isDeployed(finalOf(crashed, resumed), generation),
        `after ${done} steps: ${linesOf(resumed).join('\n')}`,
      )
    }
  }
})

/** Track after track, or step by step across the tracks. */
const interleaved = (plan: Plan, order: number): readonly Step[] =>
  order === 0
    ? stepsOf(plan)
    : plan.phases.flatMap(({ tracks }) => {
        const longest = Math.max(...tracks.map((track) => track.length))
        return Array.from({ length: longest }, (_, index) =>
          [...tracks].reverse().flatMap((track) => track[index] ?? []),
        ).flat()
      })

plans('killed twice in a row, it still finishes', () => {
  const steps = stepsOf(planned(twoServing()))
  for (let first = 3; first < steps.length; first += 3) {
    const crashed = steps.slice(0, first).reduce(after, twoServing())
    const again = stepsOf(planned(crashed, { now: 300 }))
    for (let second = 1; second < again.length; second += 1) {
      const crashedAgain = again.slice(0, second).reduce(after, crashed)
      assert.ok(isDeployed(finalOf(crashedAgain, planned(crashedAgain, { now: 400 })), 200), `${first}, ${second}`)
    }
  }
})

plans('does not configure again what an lb already sends to', () => {
  const world = observed(
    [
      server('lb1'),
      server('lb2'),
      server('ns1'),
      server('ns2'),
      server('ns1-next', { generation: 150 }),
      server('ns2-next', { generation: 150 }),
    ],
    [lb('lb1', 'ns1-next'), lb('lb2', 'ns2')],
  )
  const kinds = stepsOf(planned(world)).map((step) => step.kind)
  assert.not(kinds.includes('configure'))
  assert.is(kinds.filter((kind) => kind === 'switch-lb').length, 1)
})

plans('--keep-old marks the old ones and deletes nothing; the next deployment removes them first, asking', () => {
  const kept = finalOf(twoServing(), planned(twoServing(), { keepOld: true }))
  assert.equal(
    kept.servers.filter((one) => one.kept).map((one) => one.name),
    ['ns1-old', 'ns2-old'],
  )
  const next = planned(kept, { now: 300 })
  assert.is(next.generation, 300)
  assert.is(next.phases[0]?.title, 'Remove what was kept warm')
  assert.is(next.phases[0]?.confirm?.name, 'ns1-old')
  assert.ok(isDeployed(finalOf(kept, next), 300))
})

plans('next servers made from other zone files are replaced, as long as nobody was sent to them', () => {
  const leftover = [
    server('ns1-next', { generation: 150, zones: 'other' }),
    server('ns2-next', { generation: 150, zones: 'other' }),
  ]
  const idle = observed([...twoServing().servers, ...leftover], twoServing().lbs)
  const plan = planned(idle)
  assert.is(plan.generation, 200)
  assert.is(plan.phases[0]?.title, 'Remove what never served')
  assert.ok(isDeployed(finalOf(idle, plan), 200))
  const inUse = observed(idle.servers, [lb('lb1', 'ns1-next'), lb('lb2', 'ns2')])
  const finished = planned(inUse)
  assert.match(finished.notes.join(), /at hand are others .* as it was made, and another deploy-infra deploys them/)
  assert.ok(isDeployed(finalOf(inUse, finished), 150))
  assert.match(refusalOf(inUse, { fresh: true, zones: 'other' }), /already has traffic/)
})

plans('an lb that was led back once names had changed is led on again', () => {
  const done = killedBefore('delete-server', twoServing(), planned(twoServing()))
  const back = after(done, { kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1-old' })
  const plan = planned(back, { now: 300 })
  assert.equal(
    stepsOf(plan).flatMap((step) => (step.kind === 'switch-lb' ? [step.lb, step.nameserver] : [])),
    ['lb1', 'ns1'],
  )
  assert.ok(isDeployed(finalOf(back, plan), 200))
})

plans('--fresh replaces next servers that never served', () => {
  const world = observed([...twoServing().servers, server('ns1-next', { generation: 150 })], twoServing().lbs)
  assert.is(planned(world).generation, 150)
  const fresh = planned(world, { fresh: true })
  assert.is(fresh.generation, 200)
  assert.ok(isDeployed(finalOf(world, fresh), 200))
})

plans('a nameserver that is gone is replaced', () => {
  const world = observed([server('lb1'), server('lb2'), server('ns2')], [lb('lb1', undefined), lb('lb2', 'ns2')])
  assert.ok(isDeployed(finalOf(world, planned(world)), 200))
})

plans('refuses what it cannot build on', () => {
  const { servers, lbs } = twoServing()
  for (const [expected, world] of [
    ['lb2 does not exist', observed(servers.slice(0, 1), lbs.slice(0, 1))],
    [
      'lb1 could not be asked for its state: closed',
      observed(servers, [lb('lb1', undefined, { fault: 'closed' }), lb('lb2', 'ns2')]),
    ],
    [
      'lb1 sends its queries nowhere yet',
      observed(servers, [lb('lb1', undefined, { active: undefined }), lb('lb2', 'ns2')]),
    ],
    [
      'left of a rotation that is not ready for its glue yet: lb1-next, lb2-next',
      observed([...servers, server('lb1-next'), server('lb2-next')], lbs),
    ],
    [
      'server ns1-next (id 7): the name is already taken by something this project did not make (it lacks our labels)',
      { ...twoServing(), strangers: ['server ns1-next (id 7)'] },
    ],
  ] as const) {
    assert.is(refusalOf(world), expected)
  }
})

plans('the same observation gives the same plan', () => {
  assert.equal(planned(twoServing()), planned(twoServing()))
})

plans.run()
