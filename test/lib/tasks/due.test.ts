import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { PlaybookRun } from '../../../lib/ansible/run.ts'
import { InfraError } from '../../../lib/errors.ts'
import { stepsOf } from '../../../lib/plan/phases.ts'
import type { Plan } from '../../../lib/plan/types.ts'
import { planUpdate, type UpdateRequest } from '../../../lib/plan/update.ts'
import { createDueLook } from '../../../lib/tasks/due.ts'
import { accepted } from '../plan/operations.ts'
import { twoServing } from '../plan/simulate.ts'
import { createFakeWorld } from './fake-world.ts'

const test = suite('lib/tasks/due')

const fake = await createFakeWorld()
await fake.addServer('lb1', 100)
await fake.addServer('lb2', 100)
test.after(() => fake.close())

const request = { pairs: 2, now: 300, only: [], configOnly: false, keepOld: false }
const planOf = (changes: Partial<UpdateRequest> = {}): Plan =>
  accepted(planUpdate(twoServing(), { ...request, ...changes }))

const colour = (running: boolean, pending_upgrade: boolean) => ({ upstream: '10.0.0.2', running, pending_upgrade })

interface Scene {
  /** What Ansible would change, by lb; `undefined` when it fails. */
  readonly changes?: Readonly<Record<string, readonly string[]>> | undefined
  readonly pending?: boolean
  readonly idleRuns?: boolean
}

const lookAt = async (plan: Plan, { changes, pending = false, idleRuns = false }: Scene, times = 1) => {
  const runs: PlaybookRun[] = []
  const said: string[] = []
  const status = { active: 'blue', colours: { blue: colour(true, pending), green: colour(idleRuns, false) } }
  const world = {
    ...fake.world,
    ssh: { options: async () => [], run: async () => JSON.stringify(status), close: async () => undefined },
    playbook: async (run: PlaybookRun) => {
      runs.push(run)
      if (!changes) throw new InfraError('unreachable')
      return new Map(run.hosts.map(({ name }) => [name, changes[name] ?? []]))
    },
  }
  const look = createDueLook(world, (text) => said.push(text))
  let seen = await look(plan)
  for (let time = 1; time < times; time++) seen = await look(plan)
  const lbs = stepsOf(seen).flatMap((step) => (step.kind === 'stage-lb' ? step.lb : []))
  return { lbs, notes: seen.notes, runs, said }
}

test('Ansible is asked once, for all lbs together, and changes nothing', async () => {
  const { lbs, notes, runs, said } = await lookAt(
    planOf(),
    { changes: { lb2: ['lb : Write it', 'common : Install'] } },
    2,
  )
  assert.equal(lbs, ['lb2'])
  assert.equal(
    runs.map(({ isLook, role, hosts }) => [isLook, role, hosts.map(({ name }) => name)]),
    [[true, 'lb', ['lb1', 'lb2']]],
  )
  assert.equal(said, ['Looking for what is new on lb1, lb2 …'])
  assert.ok(notes.includes('To do on lb2: Ansible would change "Write it", "Install".'), notes.join('\n'))
})

test('what Ansible cannot find out is to be done', async () => {
  const { lbs, notes } = await lookAt(planOf(), {})
  assert.equal(lbs, ['lb1', 'lb2'])
  assert.ok(notes.includes('To do on lb1: what Ansible would change is not known.'), notes.join('\n'))
})

test('what an earlier run has not come to is to be done, unless it was not asked for', async () => {
  assert.equal((await lookAt(planOf(), { changes: {}, pending: true })).lbs, ['lb1', 'lb2'])
  assert.equal((await lookAt(planOf(), { changes: {}, idleRuns: true })).lbs, ['lb1', 'lb2'])
  assert.equal((await lookAt(planOf({ keepOld: true }), { changes: {}, idleRuns: true })).lbs, [])
})

test('a plan that refreshes no lb is what it was', async () => {
  const plan = { ...planOf(), phases: [] }
  const { runs, notes } = await lookAt(plan, { changes: {} })
  assert.equal([runs, notes], [[], plan.notes])
})

test('without packages Ansible is asked for the configuration alone', async () => {
  const { runs } = await lookAt(planOf({ configOnly: true }), { changes: {} })
  assert.equal(
    runs.flatMap(({ hosts }) => hosts.map(({ variables }) => variables.common_upgrade_packages)),
    [false, false],
  )
})

test.run()
