import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { serverName } from '../../../lib/fleet/names.ts'
import type { PlanInput } from '../../../lib/plan/input.ts'
import { lbsInService } from '../../../lib/plan/lbs.ts'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import type { Observed, ObservedServer } from '../../../lib/plan/types.ts'
import { unfinishedGeneration } from '../../../lib/plan/unfinished.ts'
import { ordinary } from './operations.ts'
import { floatingIps, lb, observed, server } from './simulate.ts'
import {
  type Command,
  commands,
  type Exploration,
  explore,
  isAccepted,
  type State,
  type States,
  soon,
} from './states.ts'

// Wherever commands are killed, there is a way forward; and as long as the old nameservers exist, there is one back.
const test = suite('lib/plan/ways')

const pairNumbers = (pairs: number): readonly number[] => Array.from({ length: pairs }, (_, index) => index + 1)

const serving = (pairs: number): Observed =>
  observed(
    pairNumbers(pairs).flatMap((pair) => [server(`lb${pair}`), server(`ns${pair}`)]),
    pairNumbers(pairs).map((pair) => lb(`lb${pair}`, `ns${pair}`)),
  )

const inputOf = (pairs: number, addresses: PlanInput['addresses']): PlanInput => ({
  ...ordinary,
  pairs,
  addresses,
  hostnames: pairNumbers(pairs).map((pair) => `ns${pair}.example.test`),
})

const deploying = [
  'bootstrap-infra',
  'deploy-infra',
  'deploy-infra --keep-old',
  'deploy-infra --fresh',
  'deploy-infra --remove-kept',
  'rollback-infra',
  'rollback-infra --keep-old',
] as const satisfies readonly Command[]
const all = [...deploying, 'rotate-lbs', 'rotate-lbs --abandon'] as const

const floating = (pairs: number): Observed => ({
  ...serving(pairs),
  addresses: floatingIps(90).filter(({ pair }) => pair <= pairs),
})

const spaces: readonly (readonly [title: string, space: Exploration])[] = [
  ['one pair, rotations too', { from: [serving(1)], input: inputOf(1, 'server'), asked: all }],
  ['one pair with Floating IPs', { from: [floating(1)], input: inputOf(1, 'floating'), asked: all }],
  ['one pair on the way to Floating IPs', { from: [serving(1)], input: inputOf(1, 'floating'), asked: all }],
  ['two pairs', { from: [serving(2)], input: inputOf(2, 'server'), asked: deploying }],
  [
    'two pairs, of which one leaves',
    {
      from: [{ ...serving(2), leading: { shown: [], silent: [] } }],
      input: inputOf(1, 'server'),
      asked: [...deploying, 'rotate-lbs --remove-pairs'],
    },
  ],
  [
    'three pairs',
    {
      from: [serving(3)],
      input: inputOf(3, 'server'),
      asked: ['deploy-infra', 'deploy-infra --keep-old', 'rollback-infra'],
    },
  ],
]

const isSettled = ({ servers, lbs }: Observed): boolean => {
  const nameservers = servers.filter(({ role, kept }) => role === 'nameserver' && !kept)
  return (
    servers.every(({ role, phase }) => role !== 'lb' || phase === 'serving') &&
    nameservers.every(({ phase }) => phase === 'serving') &&
    new Set(nameservers.map(({ generation }) => generation)).size === 1 &&
    lbs.every(({ pair, target }) => target === serverName('nameserver', pair, 'serving'))
  )
}

/** What a rollback has begun, it finishes; from there on there is a way forward. */
const isForward = ({ outcomes }: State, command: Command): boolean => {
  if (!command.startsWith('rollback-infra')) return true
  return [...outcomes.values()].some(
    (outcome) =>
      outcome !== 'rebuilt' && isRefusal(outcome) && outcome.hint.startsWith('Finish it with rollback-infra'),
  )
}

/** Those from which commands lead, one after the other, to a settled world. */
const leadingForward = (states: States): ReadonlySet<string> => {
  const before = new Map<string, string[]>()
  for (const [key, state] of states) {
    for (const [command, end] of state.ends)
      if (end !== key && isForward(state, command)) before.set(end, [...(before.get(end) ?? []), key])
  }
  const reached = new Set([...states].filter(([, { world }]) => isSettled(world)).map(([key]) => key))
  for (const key of reached) for (const one of before.get(key) ?? []) reached.add(one)
  return reached
}

const describe = ({ servers, lbs }: Observed): string =>
  [
    ...servers.map(({ name, generation, kept }) => `${name}=${generation}${kept ? ' (kept)' : ''}`),
    ...lbs.map(({ name, target }) => `${name}→${target}`),
  ].join(' ')

const madeBy = ({ servers }: Observed, generation: number): readonly ObservedServer[] =>
  servers.filter((one) => one.role === 'nameserver' && one.generation === generation)

/** Every pair in which the deployment has made something has what served before it. */
const hasOld = (world: Observed, generation: number): boolean =>
  madeBy(world, generation).every(({ pair }) =>
    world.servers.some(
      (one) => one.role === 'nameserver' && one.pair === pair && one.generation !== generation && one.phase !== 'next',
    ),
  )

const lbsOn = (world: Observed, generation: number): readonly string[] =>
  lbsInService(world).flatMap(({ name, target }) =>
    madeBy(world, generation).some((one) => one.name === target) ? [name] : [],
  )

/** Why there is no way back, where there is something to go back from and to. */
const lackOfWayBack = (states: States, { world, outcomes, ends }: State): readonly string[] => {
  const generation = unfinishedGeneration(world)
  if (generation === undefined || !hasOld(world, generation)) return []
  const outcome = outcomes.get('rollback-infra')
  if (outcome === undefined || outcome === 'rebuilt') return ['no way back: it rebuilds']
  if (isRefusal(outcome)) {
    // no lb has moved yet, and what there is belongs to a rotation
    const isBack = lbsOn(world, generation).length === 0 && outcome.hint.includes('rotate-lbs --abandon')
    return isBack && ends.has('rotate-lbs --abandon') ? [] : [`no way back: ${outcome.refused}`]
  }
  const end = states.get(ends.get('rollback-infra') ?? '')?.world
  const astray = end
    ? lbsInService(end).filter(({ pair, target }) => target !== serverName('nameserver', pair, 'serving'))
    : []
  return [
    ...astray.map(({ name }) => `no way back: ${name} stays`),
    ...(end && madeBy(end, generation).some(({ phase }) => phase === 'serving')
      ? ['no way back: it leads forward']
      : []),
  ]
}

/** Commands that are accepted with some zone files at hand, and refused with others. */
const chosenByFiles = ({ world, outcomes }: State, input: PlanInput): readonly string[] =>
  [...outcomes].flatMap(([command, outcome]) => {
    const other = commands[command](world, { ...soon(world, input), zones: 'other', zoneNames: [] })
    return isAccepted(outcome) === isAccepted(other) ? [] : [`${command} goes by the zone files`]
  })

for (const [title, space] of spaces) {
  test(title, () => {
    const states = explore(space)
    const forward = leadingForward(states)
    const faults = [...states].flatMap(([key, state]) =>
      [
        ...(forward.has(key) ? [] : ['no way forward']),
        ...lackOfWayBack(states, state),
        ...chosenByFiles(state, space.input),
      ].map((fault) => `${fault}: ${describe(state.world)}`),
    )
    process.stdout.write(`  ${title}: ${states.size} states, ${faults.length} dead ends\n`)
    assert.equal(faults.slice(0, 5), [])
  })
}

test.run()
