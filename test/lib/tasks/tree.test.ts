import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { PlanPhase, Step } from '../../../lib/plan/types.ts'
import { runPhase } from '../../../lib/tasks/tree.ts'
import { createFakeWorld, type FakeWorld } from './fake-world.ts'

const tree = suite('lib/tasks/tree')

let fake: FakeWorld
tree.before.each(async () => {
  fake = await createFakeWorld()
  await fake.addServer('ns1', 100)
  await fake.addServer('ns1-next', 200)
})
tree.after.each(() => fake.close())

const rename = (server: string, to: string): Step => ({ kind: 'rename-server', server, to })
const phaseOf = (...tracks: readonly (readonly Step[])[]): PlanPhase => ({ key: 'rename', title: 'Rename', tracks })

const eventsOf = ({ world }: FakeWorld): readonly string[] =>
  readFileSync(path.join(world.events.directory, 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ event, state, title, step }) => `${event} ${state}: ${title ?? step}`)

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

tree('runs the steps of a track in turn and tells each beginning and end', async () => {
  await runPhase(fake.world, phaseOf([rename('ns1', 'ns1-old'), rename('ns1-next', 'ns1')]), 'silent')
  assert.equal(await fake.names(), ['ns1', 'ns1-old'])
  assert.equal(eventsOf(fake), [
    'phase started: Rename',
    'step started: Rename ns1 to ns1-old',
    'step done: Rename ns1 to ns1-old',
    'step started: Rename ns1-next to ns1',
    'step done: Rename ns1-next to ns1',
    'phase done: Rename',
  ])
})

tree('a step that is done already is done again without harm', async () => {
  const steps = [rename('ns1', 'ns1-old'), rename('ns1-next', 'ns1')]
  await runPhase(fake.world, phaseOf(steps), 'silent')
  await runPhase(fake.world, phaseOf([rename('ns1-next', 'ns1')]), 'silent')
  assert.equal(await fake.names(), ['ns1', 'ns1-old'])
})

tree('when one track fails the others end first, its own later steps do not begin, and the failure rises', async () => {
  await fake.addServer('ns2', 100)
  const broken = [rename('ns9', 'ns9-old'), rename('ns1', 'ns1-old')]
  const sound = [rename('ns2', 'ns2-old')]
  const failure = await failureOf(runPhase(fake.world, phaseOf(broken, sound), 'silent'))
  assert.match(String(failure), /ns9-old is gone/)
  assert.equal(await fake.names(), ['ns1', 'ns1-next', 'ns2-old'])
  assert.ok(eventsOf(fake).includes('step failed: Rename ns9 to ns9-old'))
  assert.ok(eventsOf(fake).includes('step done: Rename ns2 to ns2-old'))
  assert.is(eventsOf(fake).at(-1), 'phase failed: Rename')
})

tree('an interrupt lets no further step begin', async () => {
  const reason = new Error('interrupted')
  fake.interrupt.abort(reason)
  assert.is(await failureOf(runPhase(fake.world, phaseOf([rename('ns1', 'ns1-old')]), 'silent')), reason)
  assert.equal(await fake.names(), ['ns1', 'ns1-next'])
})

tree('a protected server is deleted only by its name in the plan, and with our labels', async () => {
  await runPhase(
    fake.world,
    phaseOf([rename('ns1', 'ns1-old'), { kind: 'protect-server', server: 'ns1-old' }]),
    'silent',
  )
  await runPhase(fake.world, phaseOf([{ kind: 'delete-server', server: 'ns1-old' }]), 'silent')
  assert.equal(await fake.names(), ['ns1-next'])
  await fake.addServer('ns1', 100)
  const refused = await failureOf(runPhase(fake.world, phaseOf([{ kind: 'delete-server', server: 'ns1' }]), 'silent'))
  assert.match(String(refused), /no longer what the plan meant to delete/)
})

tree.run()
