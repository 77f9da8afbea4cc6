import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { abandonRecovery } from '../../../lib/plan/abandon-recovery.ts'
import { bakeRecovery } from '../../../lib/plan/bake-recovery.ts'
import { bootstrapRecovery } from '../../../lib/plan/bootstrap-recovery.ts'
import { deployRecovery } from '../../../lib/plan/deploy-recovery.ts'
import { describeTraffic } from '../../../lib/plan/describe-traffic.ts'
import {
  afterWayBack,
  exitCodeAt,
  type Recovery,
  type Stop,
  wayBack,
  whereTrafficIs,
} from '../../../lib/plan/recovery.ts'
import { removeKeptRecovery } from '../../../lib/plan/remove-kept-recovery.ts'
import { rollbackRecovery } from '../../../lib/plan/rollback-recovery.ts'
import { rotateRecovery } from '../../../lib/plan/rotate-recovery.ts'
import { findUnreturned, planReapply, planSwitchBack } from '../../../lib/plan/switch-back.ts'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import { undoRecovery } from '../../../lib/plan/undo-recovery.ts'
import { updateRecovery } from '../../../lib/plan/update-recovery.ts'
import { abandonOf, bakeOf, bootstrapOf, deployOf, removeKeptOf, rollbackOf, rotateOf, updateOf } from './operations.ts'
import {
  after,
  finalOf,
  floatingIps,
  killedAfter,
  killedBefore,
  lb,
  observed,
  server,
  stepsOf,
  twoServing,
} from './simulate.ts'

const recovers = suite('lib/plan/recovery')

/** Generation 200 serves, 100 is warm. */
const warm = (): Observed =>
  observed(
    [
      ...[1, 2].map((pair) => server(`lb${pair}`)),
      ...[1, 2].map((pair) => server(`ns${pair}`, { generation: 200 })),
      ...[1, 2].map((pair) => server(`ns${pair}-old`, { generation: 100, kept: true })),
    ],
    [lb('lb1', 'ns1'), lb('lb2', 'ns2')],
  )

const floating = (): Observed => ({
  ...twoServing(),
  addresses: floatingIps(90),
})

const revertible = (): Observed => ({
  ...twoServing(),
  lbs: twoServing().lbs.map((one) => ({ ...one, revertible: true })),
})

const beforeGlue = (): Observed =>
  observed(
    [...twoServing().servers, server('lb1-next'), server('lb2-next')],
    [...twoServing().lbs, lb('lb1-next', undefined), lb('lb2-next', undefined)],
  )

/** What is published once nameservers serve that were made with the new lbs. */
const known = { glue: [], named: ['lb1-next', 'lb2-next'] }

/** Where traffic is before a phase; in it, and once it was taken back; and what becomes of the exit codes 1 and 4. */
const lineOf = (recovery: Recovery, plan: Plan, index: number): string => {
  const stop: Stop = { plan, index, isBegun: true, recovery }
  const inside = whereTrafficIs(stop)
  const way = wayBack(stop)
  const then = way ? afterWayBack(inside, way) : inside
  const codes = [exitCodeAt(then.traffic, 1), exitCodeAt(then.traffic, 4)]
  const traffic = `${inside.traffic}${way ? ` → ${way} → ${then.traffic}` : ''}`
  return `${plan.phases[index]?.title}: ${whereTrafficIs({ ...stop, isBegun: false }).traffic}; ${traffic}, ${codes.join(' ')}`
}

/** Where the third image of the nameservers is made. */
const baking = (): Observed => ({
  ...observed([], []),
  sshKey: false,
  baking: {
    images: [10, 20].map((baked) => ({
      name: `ns-x86-${baked}`,
      role: 'nameserver',
      architecture: 'x86',
      recipe: 'r',
      baked,
      isReady: true,
    })),
    recipes: { nameserver: 'n', lb: 'l' },
    architectures: ['x86'],
    bakers: [{ role: 'lb', architecture: 'x86' }],
  },
})

const tables: readonly (readonly [title: string, recovery: Recovery, plan: Plan, lines: readonly string[]])[] = [
  [
    'bake',
    bakeRecovery,
    bakeOf(baking()),
    [
      'Foundation: old; old, 1 4',
      'Discard what was left: old; old, 1 4',
      'Bake: old; old, 1 4',
      'Remove old images: old; old, 1 4',
    ],
  ],
  [
    'bootstrap',
    bootstrapRecovery,
    bootstrapOf(observed([], [])),
    [
      'Create: old; old, 1 4',
      'Configure: old; old, 1 4',
      'Check: old; old, 1 4',
      'Switch on: old; old, 1 4',
      'Protect: new; new, 5 5',
      'Register: new; new, 5 5',
    ],
  ],
  [
    'bootstrap of what is there, to be registered',
    bootstrapRecovery,
    bootstrapOf(twoServing()),
    ['Register: old; old, 1 4'],
  ],
  [
    'deploy',
    deployRecovery,
    deployOf(twoServing()),
    [
      'Create: old; old, 1 4',
      'Configure: old; old, 1 4',
      'Check: old; old, 1 4',
      'Stage: old; old, 1 4',
      'Switch lb1: old; unknown → all-lbs → old, 1 4',
      'Switch lb2: both; unknown → all-lbs → old, 1 4',
      'Rename, retire the idle colours: new; new, 5 5',
      'Remove the old: new; new, 5 5',
    ],
  ],
  [
    'deploy, kept warm',
    deployRecovery,
    deployOf(twoServing(), { keepOld: true }),
    [
      'Create: old; old, 1 4',
      'Configure: old; old, 1 4',
      'Check: old; old, 1 4',
      'Stage: old; old, 1 4',
      'Switch lb1: old; unknown → all-lbs → old, 1 4',
      'Switch lb2: both; unknown → all-lbs → old, 1 4',
      'Rename, retire the idle colours: new; new, 5 5',
      'Keep the old warm: new; new, 5 5',
    ],
  ],
  [
    'deploy, killed after the first switch',
    deployRecovery,
    deployOf(killedAfter('switch-lb', twoServing(), deployOf(twoServing()))),
    [
      'Stage: both; both → all-lbs → old, 1 4',
      'Switch lb1: both; unknown → all-lbs → old, 1 4',
      'Switch lb2: both; unknown → all-lbs → old, 1 4',
      'Rename, retire the idle colours: new; new, 5 5',
      'Remove the old: new; new, 5 5',
    ],
  ],
  [
    'deploy, killed in the renaming',
    deployRecovery,
    deployOf(killedAfter('rename-server', twoServing(), deployOf(twoServing()))),
    [
      'Switch lb1: new; unknown → all-lbs → old, 1 4',
      'Switch lb2: new; unknown → all-lbs → old, 1 4',
      'Rename, retire the idle colours: new; new, 5 5',
      'Remove the old: new; new, 5 5',
    ],
  ],
  [
    'deploy, with old ones that were kept',
    deployRecovery,
    deployOf(warm()),
    [
      'Remove what was kept warm: old; old, 1 4',
      'Create: old; old, 1 4',
      'Configure: old; old, 1 4',
      'Check: old; old, 1 4',
      'Stage: old; old, 1 4',
      'Switch lb1: old; unknown → all-lbs → old, 1 4',
      'Switch lb2: both; unknown → all-lbs → old, 1 4',
      'Rename, retire the idle colours: new; new, 5 5',
      'Remove the old: new; new, 5 5',
    ],
  ],
  [
    'update',
    updateRecovery,
    updateOf(twoServing()),
    [
      'Configure lb1: old; old, 1 4',
      'Stage lb1: old; old, 1 4',
      'Switch lb1: old; unknown → updated-lb → old, 1 4',
      'Retire the idle colour of lb1: both; both, 5 5',
      'Configure lb2: both; both, 5 5',
      'Stage lb2: both; both, 5 5',
      'Switch lb2: both; unknown → updated-lb → both, 5 5',
      'Retire the idle colour of lb2: new; new, 5 5',
    ],
  ],
  [
    'rotate',
    rotateRecovery,
    rotateOf(twoServing()),
    [
      'Create the lbs: old; old, 1 4',
      'Create: old; old, 1 4',
      'Configure: old; old, 1 4',
      'Check: old; old, 1 4',
      'Stage: old; old, 1 4',
      'Switch lb1-next: old; old, 1 4',
      'Switch lb2-next: old; old, 1 4',
      'Announce the new lbs: old; old, 1 4',
      'Switch lb1: old; unknown → all-lbs → old, 1 4',
      'Switch lb2: both; unknown → all-lbs → old, 1 4',
      'Rename, retire the idle colours: new; new, 5 5',
      'Remove the old: new; new, 5 5',
      'Check the delegation: old; old, 1 4',
      'Change the glue of ns1.example.test: old; old, 1 4',
      'Wait for the parents to show ns1.example.test: both; both, 5 5',
      'Change the glue of ns2.example.test: both; both, 5 5',
      'Wait for the parents to show ns2.example.test: new; new, 5 5',
      'Begin to drain: new; new, 5 5',
      'Rename the lbs: new; new, 5 5',
      'Wait for the caches: new; new, 5 5',
      'Wait until idle: new; new, 5 5',
      'Remove the old lbs: new; new, 5 5',
    ],
  ],
  [
    'rotate, glue by hand',
    rotateRecovery,
    rotateOf(twoServing(), { hasRegistrar: false }),
    [
      'Create the lbs: old; old, 1 4',
      'Create: old; old, 1 4',
      'Configure: old; old, 1 4',
      'Check: old; old, 1 4',
      'Stage: old; old, 1 4',
      'Switch lb1-next: old; old, 1 4',
      'Switch lb2-next: old; old, 1 4',
      'Announce the new lbs: old; old, 1 4',
      'Switch lb1: old; unknown → all-lbs → old, 1 4',
      'Switch lb2: both; unknown → all-lbs → old, 1 4',
      'Rename, retire the idle colours: new; new, 5 5',
      'Remove the old: new; new, 5 5',
      'Check the delegation: old; old, 1 4',
      'Have somebody change the glue of ns1.example.test: old; both, 5 5',
      'Have somebody change the glue of ns2.example.test: both; new, 5 5',
      'Begin to drain: new; new, 5 5',
      'Rename the lbs: new; new, 5 5',
      'Wait for the caches: new; new, 5 5',
      'Wait until idle: new; new, 5 5',
      'Remove the old lbs: new; new, 5 5',
    ],
  ],
  [
    'rotate, with Floating IPs',
    rotateRecovery,
    rotateOf(floating(), { addresses: 'floating' }),
    [
      'Create the lbs: old; old, 1 4',
      'Create: old; old, 1 4',
      'Configure: old; old, 1 4',
      'Switch on: old; old, 1 4',
      'Move lb1-ipv4: old; unknown → address → old, 1 4',
      'Move lb1-ipv6: both; unknown → address → both, 5 5',
      'Move lb2-ipv4: both; unknown → address → both, 5 5',
      'Move lb2-ipv6: both; unknown → address → both, 5 5',
      'Rename the lbs: new; new, 5 5',
      'Remove the old lbs: new; new, 5 5',
    ],
  ],
  [
    'rotate, with Floating IPs, killed after the first move',
    rotateRecovery,
    rotateOf(killedAfter('move-address', floating(), rotateOf(floating(), { addresses: 'floating' })), {
      addresses: 'floating',
    }),
    [
      'Create: both; both, 5 5',
      'Configure: both; both, 5 5',
      'Switch on: both; both, 5 5',
      'Move lb1-ipv6: both; unknown → address → both, 5 5',
      'Move lb2-ipv4: both; unknown → address → both, 5 5',
      'Move lb2-ipv6: both; unknown → address → both, 5 5',
      'Rename the lbs: new; new, 5 5',
      'Remove the old lbs: new; new, 5 5',
    ],
  ],
  ['deploy --remove-kept', removeKeptRecovery, removeKeptOf(warm()), ['Remove what was kept warm: old; old, 1 4']],
  ['rotate --abandon', abandonRecovery, abandonOf(beforeGlue()), ['Remove the new lbs: old; old, 1 4']],
  [
    'rotate --abandon, of lbs that caches may know',
    abandonRecovery,
    abandonOf(killedAfter('check-delegation', twoServing(), rotateOf(twoServing())), known),
    [
      'Begin to take back: old; old, 1 4',
      'Create: old; old, 1 4',
      'Configure: old; old, 1 4',
      'Check: old; old, 1 4',
      'Stage: old; old, 1 4',
      'Switch lb1: old; unknown → all-lbs → old, 1 4',
      'Switch lb1-next: both; unknown → all-lbs → old, 1 4',
      'Switch lb2: both; unknown → all-lbs → old, 1 4',
      'Switch lb2-next: both; unknown → all-lbs → old, 1 4',
      'Rename, retire the idle colours: new; new, 5 5',
      'Remove the old: new; new, 5 5',
      'Begin to drain: new; new, 5 5',
      'Wait for the caches: new; new, 5 5',
      'Remove the new lbs: new; new, 5 5',
    ],
  ],
  [
    'rollback',
    rollbackRecovery,
    rollbackOf(warm()),
    [
      'Stage: old; old, 1 4',
      'Switch lb1 back: old; unknown → all-lbs → old, 1 4',
      'Switch lb2 back: both; unknown → all-lbs → old, 1 4',
      'Retire the idle colour: new; new, 5 5',
      'Rename back: new; new, 5 5',
    ],
  ],
  [
    'rollback, killed after the first switch',
    rollbackRecovery,
    rollbackOf(killedAfter('switch-lb', warm(), rollbackOf(warm()))),
    [
      'Stage: both; both → all-lbs → old, 1 4',
      'Switch lb2 back: both; unknown → all-lbs → old, 1 4',
      'Retire the idle colour: new; new, 5 5',
      'Rename back: new; new, 5 5',
    ],
  ],
  [
    'rollback of a deployment that was killed after the first switch',
    undoRecovery,
    rollbackOf(killedAfter('switch-lb', twoServing(), deployOf(twoServing()))),
    [
      'Stage: both; both, 5 5',
      'Switch lb1 back: both; unknown → led-lb → both, 5 5',
      'Retire the idle colour: new; new, 5 5',
      'Remove what was made: new; new, 5 5',
    ],
  ],
  [
    'rollback of a deployment that was killed in the renaming',
    undoRecovery,
    rollbackOf(killedAfter('rename-server', twoServing(), deployOf(twoServing()))),
    [
      'Stage: old; old, 1 4',
      'Switch lb1 back: old; unknown → led-lb → old, 1 4',
      'Switch lb2 back: both; unknown → led-lb → both, 5 5',
      'Retire the idle colour: new; new, 5 5',
      'Rename back: new; new, 5 5',
      'Remove what was made: new; new, 5 5',
    ],
  ],
  [
    'rollback of a deployment that has no traffic',
    undoRecovery,
    rollbackOf(killedBefore('switch-lb', twoServing(), deployOf(twoServing()))),
    ['Retire the idle colour: old; old, 1 4', 'Remove what was made: old; old, 1 4'],
  ],
  [
    'rollback of an update',
    rollbackRecovery,
    rollbackOf(revertible()),
    [
      'Switch lb1 back: old; unknown → reverted-lb → old, 1 4',
      'Switch lb2 back: both; unknown → reverted-lb → both, 5 5',
    ],
  ],
]

for (const [title, recovery, plan, lines] of tables) {
  recovers(`where traffic is when it ends at any phase: ${title}`, () => {
    assert.equal(
      plan.phases.map((_, index) => lineOf(recovery, plan, index)),
      lines,
    )
  })
}

const sentenceAt = ([recovery, plan]: readonly [Recovery, Plan], title: string, isBegun: boolean): string => {
  const stop = { plan, index: plan.phases.findIndex((phase) => phase.title === title), isBegun, recovery }
  return describeTraffic(stop, whereTrafficIs(stop))
}

recovers('names what has moved and what has not', () => {
  const deployment = [deployRecovery, deployOf(twoServing())] as const
  for (const [planned, title, expected] of [
    [deployment, 'Switch lb2', /^lb1 sends to the new nameservers already, lb2 sends to the old still\.$/],
    [[updateRecovery, updateOf(twoServing())], 'Stage lb2', /^lb1 serves with what is new, lb2 as before\.$/],
    [
      [rollbackRecovery, rollbackOf(warm())],
      'Switch lb2 back',
      /^lb1 has gone back to what served before, lb2 not yet\.$/,
    ],
    [
      [rotateRecovery, rotateOf(floating(), { addresses: 'floating' })],
      'Move lb2-ipv4',
      /^lb1-ipv4, lb1-ipv6 lead .* lb2-ipv4, lb2-ipv6 to the old/,
    ],
    [
      [rotateRecovery, rotateOf(twoServing())],
      'Change the glue of ns2.example.test',
      /The glue of ns1\.example\.test points at the new/,
    ],
  ] as const) {
    assert.match(sentenceAt(planned, title, false), expected)
  }
  assert.match(sentenceAt(deployment, 'Switch lb1', true), /^What lb1 was switched to is not proven/)
})

recovers('waiting, unknown and interrupted are said as such, wherever traffic is', () => {
  for (const code of [7, 8, 130] as const) assert.is(exitCodeAt('both', code), code)
  assert.is(exitCodeAt('new', 2), 5)
  assert.is(exitCodeAt('old', 2), 2)
})

recovers('a rollback that fails between two lbs goes forward again, to what served when it began', () => {
  const plan = rollbackOf(warm())
  for (const upTo of [1, 2]) {
    const switches = stepsOf(plan).filter(({ kind }) => kind === 'switch-lb')
    const world = switches.slice(0, upTo).reduce(after, warm())
    const forward = finalOf(world, planSwitchBack(world, 100))
    assert.equal(
      forward.lbs.map(({ target }) => target),
      ['ns1', 'ns2'],
    )
    assert.is(rollbackOf(forward).phases.length, plan.phases.length, 'and can be begun again')
  }
})

recovers('an lb that went back to the nginx of before goes forward to the newer one', () => {
  const [phase] = rollbackOf(revertible()).phases
  assert.equal(phase && stepsOf(planReapply(phase)), [
    { kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1', refresh: true },
    { kind: 'identify-lb', lb: 'lb1', nameserver: 'ns1' },
  ])
})

recovers('an lb that has nothing to go back to is named', () => {
  const servers = [server('lb1'), server('lb2'), server('ns1'), server('ns1-next', { generation: 200 })]
  const world = observed([...servers, server('ns2', { generation: 200 })], [lb('lb1', 'ns1-next'), lb('lb2', 'ns2')])
  assert.equal(findUnreturned(world, 200, ['lb1', 'lb2']), ['lb2 has no nameserver of before to go back to'])
})

recovers('an lb that cannot be asked is not taken for one that has not moved', () => {
  const world = {
    ...twoServing(),
    lbs: [lb('lb1', undefined, { fault: 'closed' }), lb('lb2', undefined, { fault: 'closed' })],
  }
  assert.equal(findUnreturned(world, 200, ['lb1']), ['lb1 could not be asked: closed'])
})

recovers.run()
