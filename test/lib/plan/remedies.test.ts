import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planBootstrap } from '../../../lib/plan/bootstrap.ts'
import { isRefusal, type Refusal } from '../../../lib/plan/refusal.ts'
import { planRollback } from '../../../lib/plan/rollback.ts'
import { planRotate } from '../../../lib/plan/rotate.ts'
import type { Observed } from '../../../lib/plan/types.ts'
import { deployOf, ordinary } from './operations.ts'
import { finalOf, killedBefore, lb, observed, server, twoServing } from './simulate.ts'
import { type Command, commands, explore, isAccepted, isCommand, soon } from './states.ts'

// Every state that an operation can be killed in, and in each of them every operation: what a refusal says to run is run.
const test = suite('lib/plan/remedies')

const nothing = { ...observed([], []), sshKey: false, network: false, firewalls: [] }
const updated = (): Observed => ({
  ...twoServing(),
  lbs: [lb('lb1', 'ns1', { revertible: true }), lb('lb2', 'ns2', { revertible: true })],
})
const warm = (): Observed => finalOf(twoServing(), deployOf(twoServing(), { keepOld: true }))

const all: readonly Command[] = Object.keys(commands).filter(isCommand)

/** All states that are met by killing any operation after any step, and from there once more. */
const reachable = () =>
  explore({ from: [nothing, twoServing(), updated(), warm()], input: ordinary, asked: all, depth: 2 })

const named =
  /(?:bootstrap-infra|deploy-infra --remove-kept|deploy-infra|rotate-lbs --abandon|rotate-lbs --remove-pairs|rotate-lbs|update-lbs|rollback-infra)/g

/** The commands that a hint says to run now; what it says of later comes after a semicolon or `then`. */
const remediesIn = ({ hint }: Refusal): readonly Command[] => [
  ...new Set([...(hint.split(/;|, then|\bthen\b/)[0]?.match(named) ?? [])].filter(isCommand)),
]

/** Accepted there; or refused with the name of another that is. */
const leadsOn = (world: Observed, command: Command, tried: readonly Command[] = []): boolean => {
  if (tried.includes(command)) return false
  const outcome = commands[command](world, soon(world, ordinary))
  return isAccepted(outcome) || remediesIn(outcome).some((next) => leadsOn(world, next, [...tried, command]))
}

test('what a refusal says to run is accepted in that state, or leads on', () => {
  const states = reachable()
  const faults = new Map<string, string>()
  let tried = 0
  for (const { world, outcomes } of states.values()) {
    for (const [asked, outcome] of outcomes) {
      if (isAccepted(outcome)) continue
      for (const command of remediesIn(outcome)) {
        tried++
        if (leadsOn(world, command, [asked])) continue
        const other = commands[command](world, soon(world, ordinary))
        const names = world.servers.map(({ name, kept }) => `${name}${kept ? ' (kept)' : ''}`).join(' ')
        const said = isAccepted(other) ? 'accepted' : other.refused
        faults.set(`${asked}: ${outcome.refused}. ${outcome.hint} But ${command}: ${said}`, names)
      }
    }
  }
  process.stdout.write(`  ${states.size} states, ${tried} remedies `)
  assert.ok(tried > 100)
  assert.equal([...faults], [])
})

const rotating = observed(
  [...twoServing().servers, server('lb1-next')],
  [...twoServing().lbs, lb('lb1-next', undefined)],
)

test('a rotation does not begin on what is left of a deployment: its new lbs would be led nowhere', () => {
  const left = killedBefore('delete-server', twoServing(), deployOf(twoServing(), { now: 300 }))
  const refusal = planRotate(left, { ...ordinary, now: 300 })
  assert.ok(isRefusal(refusal) && /ns1-old is left of an unfinished deployment/.test(refusal.refused))
})

test('an update that nobody can undo any more is no reason to undo a deployment', () => {
  const refusal = planRollback(warm(), { ...ordinary, now: 300, of: 'update', keepOld: false })
  assert.ok(isRefusal(refusal) && /No lb has the nginx of before/.test(refusal.refused))
})

test('a rotation that was begun is finished by what began it', () => {
  const refusal = planBootstrap(rotating, { ...ordinary, register: false })
  assert.ok(isRefusal(refusal) && remediesIn(refusal).join() === 'rotate-lbs,rotate-lbs --abandon')
})

test.run()
