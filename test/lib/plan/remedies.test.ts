import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planAbandon } from '../../../lib/plan/abandon.ts'
import { planBootstrap } from '../../../lib/plan/bootstrap.ts'
import { planDeploy } from '../../../lib/plan/deploy.ts'
import { isRefusal, type Refusal } from '../../../lib/plan/refusal.ts'
import { planRemoveKept } from '../../../lib/plan/remove-kept.ts'
import { findRebuild, planRollback } from '../../../lib/plan/rollback.ts'
import { planRotate } from '../../../lib/plan/rotate.ts'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import { planUpdate } from '../../../lib/plan/update.ts'
import { deployOf, ordinary } from './operations.ts'
import { after, finalOf, killedBefore, lb, observed, server, stepsOf, twoServing } from './simulate.ts'

// Every state that an operation can be killed in, and in each of them every operation: what a refusal says to run is run.
const test = suite('lib/plan/remedies')

const request = {
  ...ordinary,
  now: 300,
  register: false,
  keepOld: false,
  fresh: false,
  newLbs: [],
  only: [],
  configOnly: false,
  of: undefined,
} as const

type Planner = (world: Observed) => Plan | Refusal | 'rebuilt'
const withPublication = (world: Observed): Observed => {
  const next = world.servers
    .filter(({ name, announced }) => announced && name.endsWith('-next'))
    .map(({ name }) => name)
  return { ...world, publication: { glue: [], named: next } }
}

const planners: Readonly<Record<string, Planner>> = {
  'bootstrap-infra': (world) => planBootstrap(world, request),
  'deploy-infra': (world) => planDeploy(world, request),
  'deploy-infra --keep-old': (world) => planDeploy(world, { ...request, keepOld: true }),
  'deploy-infra --remove-kept': (world) => planRemoveKept(world, request),
  'rotate-lbs': (world) => planRotate(world, request),
  'rotate-lbs --abandon': (world) => planAbandon(withPublication(world), request),
  'update-lbs': (world) => planUpdate(world, { ...request, keepOld: true }),
  'rollback-infra': (world) => {
    const rebuild = findRebuild(world, request)
    return typeof rebuild === 'string' ? 'rebuilt' : (rebuild ?? planRollback(world, request))
  },
  'rollback-infra --of update': (world) => planRollback(world, { ...request, of: 'update' }),
}

const nothing = { ...observed([], []), sshKey: false, network: false, firewalls: [] }
const updated = (): Observed => ({
  ...twoServing(),
  lbs: [lb('lb1', 'ns1', { revertible: true }), lb('lb2', 'ns2', { revertible: true })],
})
const warm = (): Observed => finalOf(twoServing(), deployOf(twoServing(), { keepOld: true }))

const keyOf = (world: Observed): string => JSON.stringify(world)

/** All states that are met by killing any operation after any step, and from there once more. */
const reachable = (): readonly Observed[] => {
  const found = new Map<string, Observed>()
  let front: readonly Observed[] = [nothing, twoServing(), updated(), warm()]
  for (let depth = 0; depth < 2; depth++) {
    const next: Observed[] = []
    for (const world of front) {
      for (const plan of Object.values(planners).map((planner) => planner(world))) {
        if (plan === 'rebuilt' || isRefusal(plan)) continue
        let at = world
        for (const step of stepsOf(plan)) {
          at = after(at, step)
          if (found.has(keyOf(at))) continue
          found.set(keyOf(at), at)
          next.push(at)
        }
      }
    }
    front = next
  }
  return [...found.values()]
}

const commands =
  /(?:bootstrap-infra|deploy-infra --remove-kept|deploy-infra|rotate-lbs --abandon|rotate-lbs|update-lbs|rollback-infra)/g

/** The commands that a hint says to run now; what it says of later comes after a semicolon or `then`. */
const remediesIn = ({ hint }: Refusal): readonly string[] => [
  ...new Set(hint.split(/;|, then|\bthen\b/)[0]?.match(commands) ?? []),
]

/** Accepted there; or refused with the name of another that is. */
const leadsOn = (world: Observed, command: string, tried: readonly string[] = []): boolean => {
  const plan = planners[command]?.(world)
  if (plan === undefined || tried.includes(command)) return false
  if (plan === 'rebuilt' || !isRefusal(plan)) return true
  return remediesIn(plan).some((next) => leadsOn(world, next, [...tried, command]))
}

test('what a refusal says to run is accepted in that state, or leads on', () => {
  const states = reachable()
  const faults = new Map<string, string>()
  let tried = 0
  for (const world of states) {
    for (const [asked, planner] of Object.entries(planners)) {
      const plan = planner(world)
      if (plan === 'rebuilt' || !isRefusal(plan)) continue
      for (const command of remediesIn(plan)) {
        tried++
        if (leadsOn(world, command, [asked])) continue
        const other = planners[command]?.(world)
        const said = other !== undefined && other !== 'rebuilt' && isRefusal(other) ? other.refused : 'accepted'
        const names = world.servers.map(({ name, kept }) => `${name}${kept ? ' (kept)' : ''}`).join(' ')
        faults.set(`${asked}: ${plan.refused}. ${plan.hint} But ${command}: ${said}`, names)
      }
    }
  }
  process.stdout.write(`  ${states.length} states, ${tried} remedies `)
  assert.ok(tried > 100)
  assert.equal([...faults], [])
})

const rotating = observed(
  [...twoServing().servers, server('lb1-next')],
  [...twoServing().lbs, lb('lb1-next', undefined)],
)

test('a rotation does not begin on what is left of a deployment: its new lbs would be led nowhere', () => {
  const left = killedBefore('delete-server', twoServing(), deployOf(twoServing(), { now: 300 }))
  const refusal = planRotate(left, request)
  assert.ok(isRefusal(refusal) && /ns1-old is left of an unfinished deployment/.test(refusal.refused))
})

test('an update that nobody can undo any more is no reason to undo a deployment', () => {
  const refusal = planRollback(warm(), { ...request, of: 'update' })
  assert.ok(isRefusal(refusal) && /No lb has the nginx of before/.test(refusal.refused))
})

test('a rotation that was begun is finished by what began it', () => {
  const refusal = planBootstrap(rotating, request)
  assert.ok(isRefusal(refusal) && remediesIn(refusal).join() === 'rotate-lbs,rotate-lbs --abandon')
})

test.run()
