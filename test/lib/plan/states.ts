import { planAbandon } from '../../../lib/plan/abandon.ts'
import { planBootstrap } from '../../../lib/plan/bootstrap.ts'
import { planDeploy } from '../../../lib/plan/deploy.ts'
import type { PlanInput } from '../../../lib/plan/input.ts'
import { isRefusal, type Refusal } from '../../../lib/plan/refusal.ts'
import { planRemoveKept } from '../../../lib/plan/remove-kept.ts'
import { planRemovePairs } from '../../../lib/plan/remove-pairs.ts'
import { findRebuild, planRollback } from '../../../lib/plan/rollback.ts'
import { planRotate } from '../../../lib/plan/rotate.ts'
import type { Observed, Plan, Step } from '../../../lib/plan/types.ts'
import { planUpdate } from '../../../lib/plan/update.ts'
import { after, stepsOf } from './simulate.ts'

/** What a command comes to in a state; a rebuild is a deployment of another commit. */
export type Outcome = Plan | Refusal | 'rebuilt'

type Planner = (world: Observed, input: PlanInput) => Outcome

const defaults = {
  keepOld: false,
  fresh: false,
  newLbs: [],
  only: [],
  configOnly: false,
  of: undefined,
  register: false,
}

const rollback =
  (changes: Partial<typeof defaults>): Planner =>
  (world, input) => {
    const request = { ...input, ...defaults, ...changes }
    const rebuild = findRebuild(world, request)
    return typeof rebuild === 'string' ? 'rebuilt' : (rebuild ?? planRollback(world, request))
  }

/** Whom zones name of the new lbs is what was noted on these. */
const withNamed = (world: Observed): Observed => {
  const named = world.servers.filter(({ name, announced }) => announced && name.endsWith('-next'))
  return { ...world, publication: { glue: world.publication?.glue ?? [], named: named.map(({ name }) => name) } }
}

/** Every command by which the state of the world changes. */
export const commands = {
  'bootstrap-infra': (world, input) => planBootstrap(world, { ...input, ...defaults }),
  'deploy-infra': (world, input) => planDeploy(world, { ...input, ...defaults }),
  'deploy-infra --keep-old': (world, input) => planDeploy(world, { ...input, ...defaults, keepOld: true }),
  'deploy-infra --fresh': (world, input) => planDeploy(world, { ...input, ...defaults, fresh: true }),
  'deploy-infra --remove-kept': (world, input) => planRemoveKept(world, input),
  'rotate-lbs': (world, input) => planRotate(world, input),
  'rotate-lbs --abandon': (world, input) => planAbandon(withNamed(world), input),
  'rotate-lbs --remove-pairs': (world, input) => planRemovePairs(world, input),
  'update-lbs': (world, input) => planUpdate(world, { ...input, ...defaults, keepOld: true }),
  'rollback-infra': rollback({}),
  'rollback-infra --keep-old': rollback({ keepOld: true }),
  'rollback-infra --of update': (world, input) => planRollback(world, { ...input, ...defaults, of: 'update' }),
} satisfies Readonly<Record<string, Planner>>

export type Command = keyof typeof commands

export const isCommand = (text: string): text is Command => Object.hasOwn(commands, text)

/** A state of the world, what each command comes to in it, and the state in which it is once that is carried out. */
export interface State {
  readonly world: Observed
  readonly outcomes: ReadonlyMap<Command, Outcome>
  /** Keys of states. */
  readonly ends: ReadonlyMap<Command, string>
}

export interface Exploration {
  readonly from: readonly Observed[]
  readonly input: PlanInput
  readonly asked: readonly Command[]
  /** How many commands after one another are cut short; default as many as lead to another state. */
  readonly depth?: number
}

export type States = ReadonlyMap<string, State>

export const isAccepted = (outcome: Outcome): outcome is Plan | 'rebuilt' =>
  outcome === 'rebuilt' || !isRefusal(outcome)

/** All states that are met when any command is killed after any of its steps, then any other, until there is no new one. */
export const explore = ({ from, input, asked, depth = Number.POSITIVE_INFINITY }: Exploration): States => {
  const states = new Map<string, State>()
  let front = new Map(from.map((world) => entryOf(world)))
  for (let level = 0; front.size > 0; level += 1) {
    const next = new Map<string, Observed>()
    for (const [key, world] of front) {
      const outcomes = new Map(asked.map((command) => [command, commands[command](world, soon(world, input))]))
      const ends = new Map<Command, string>()
      for (const [command, outcome] of level <= depth ? outcomes : []) {
        if (outcome === 'rebuilt' || isRefusal(outcome)) continue
        const seen = statesOf(world, stepsOf(outcome)).map(entryOf)
        ends.set(command, seen.at(-1)?.[0] ?? key)
        if (level < depth) for (const [at, one] of seen) next.set(at, one)
      }
      states.set(key, { world, outcomes, ends })
    }
    front = new Map([...next].filter(([key]) => !states.has(key)))
  }
  return states
}

const statesOf = (world: Observed, steps: readonly Step[]): readonly Observed[] => {
  let at = world
  return steps.map((step) => {
    at = publish(after(at, step), step)
    return at
  })
}

/** Which parents show new lbs is no part of what planners ordinarily see. */
const publish = (world: Observed, step: Step): Observed => {
  const glue = world.publication?.glue ?? []
  const isNew = (lb: string): boolean => world.servers.some(({ name }) => name === lb) && lb.endsWith('-next')
  const shown = step.kind === 'publish-glue' ? [...new Set([...glue, step.lb])] : glue
  return { ...world, publication: { glue: shown.filter(isNew).sort(), named: [] } }
}

const generationsIn = ({ servers, addresses }: Observed): readonly number[] => [
  ...servers.flatMap(({ generation, abandoned }) => [generation, ...(abandoned === undefined ? [] : [abandoned])]),
  ...addresses.map(({ generation }) => generation),
]

/** Later than everything that is there. */
export const soon = (world: Observed, input: PlanInput): PlanInput => ({
  ...input,
  now: Math.max(0, ...generationsIn(world)) + 10,
})

/** Of states that differ in nothing that a plan goes by there is one: generations count by their order alone. */
const entryOf = (world: Observed): readonly [key: string, world: Observed] => {
  const ranked = [...new Set(generationsIn(world))].sort((a, b) => a - b)
  const rank = (generation: number): number => (ranked.indexOf(generation) + 1) * 10
  const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)
  const ranking: Observed = {
    ...world,
    servers: world.servers
      .map((one) => ({
        ...one,
        generation: rank(one.generation),
        abandoned: one.abandoned === undefined ? undefined : rank(one.abandoned),
        isProtected: one.phase === 'serving',
      }))
      .sort(byName),
    lbs: world.lbs.map((one) => ({ ...one, active: one.active && 'blue', idleRunning: false }) as const).sort(byName),
    addresses: world.addresses.map((one) => ({ ...one, generation: rank(one.generation) })).sort(byName),
  }
  return [JSON.stringify(ranking), ranking]
}
