import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isRefusal } from '../../../lib/plan/refusal.ts'
import type { ObservedLb } from '../../../lib/plan/types.ts'
import { planUpdate } from '../../../lib/plan/update.ts'
import { SshError } from '../../../lib/ssh/ssh.ts'
import { observe } from '../../../lib/tasks/observe.ts'
import type { World } from '../../../lib/tasks/world.ts'
import { createFakeWorld } from './fake-world.ts'

const test = suite('lib/tasks/observe')

const fake = await createFakeWorld()
await fake.addServer('lb1', 100)
await fake.addServer('ns1', 100, { zones: 'z' })
test.after(() => fake.close())

const worldWhere = (answer: () => string): World => ({
  ...fake.world,
  ssh: {
    ...fake.world.ssh,
    run: async (_host, [program]) => (program === 'dns-lb' ? answer() : 'example.test IN _default primary\n'),
  },
})

const failing = (exitStatus: number) => (): never => {
  throw new SshError('lb1: failed', { failure: 'command', stderr: '', command: { exitStatus, stdout: '' } })
}

const lbOf = async (world: World): Promise<ObservedLb> => {
  const [lb] = (await observe(world)).lbs
  if (!lb) throw new Error('no lb')
  return lb
}

test('an lb whose dns-lb cannot be read is told, with the remedy; and that one is not refused', async () => {
  const world = worldWhere(() => 'blue is active\n')
  const lb = await lbOf(world)
  assert.is(lb.isForeign, true)
  assert.match(lb.fault ?? '', /lb1 is of a version .*update-lbs --config-only/)
  const request = { pairs: 1, now: 300, zones: 'z', only: [], configOnly: true, keepOld: false }
  assert.not(isRefusal(planUpdate(await observe(world), request)))
})

test('an lb without its role has no fault; one that fails has', async () => {
  assert.is((await lbOf(worldWhere(failing(127)))).fault, undefined)
  assert.is((await lbOf(worldWhere(failing(1)))).fault, 'lb1: failed')
})

test.run()
