import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertSays } from '../scripts/command.ts'
import { requireRun } from './prepared.ts'
import { createFastWorld } from './world.ts'

const test = suite('world/bake')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())
const dayMs = 86_400_000

/** What the nameservers were made from, by the kind of image. */
const madeFrom = async (): Promise<readonly (string | undefined)[]> =>
  (await fast.servers()).filter(({ name }) => /^ns\d$/.test(name)).map(({ image }) => image?.type)

const names = async (): Promise<readonly string[]> => (await fast.servers()).map(({ name }) => name).sort()

const deploy = async (says: RegExp): Promise<void> => {
  const { exitCode, stderr } = await fast.run('deploy')
  assert.is(exitCode, 0, stderr)
  assertSays(stderr, says)
  fast.clock.pass(3_600_000)
}

test('images can be baked before anything else is there, and everything is made from them', async () => {
  await requireRun(fast, 'bake', {})
  assert.equal(await names(), [])
  const { exitCode, stderr } = await fast.run('bootstrap')
  assert.is(exitCode, 0, stderr)
  assertSays(stderr, /New lbs are made from lb-x86-\d+: the newest.*\n.*New nameservers are made from ns-x86-\d+/)
  assert.equal(await madeFrom(), ['snapshot', 'snapshot'])
})

test('deployments take what was baked last, until it is too old', async () => {
  fast.clock.pass(3_600_000)
  await deploy(/Create ns1-next \(generation \d+\) from ns-x86-\d+/)
  assert.equal(await madeFrom(), ['snapshot', 'snapshot'])
  fast.clock.pass(7 * dayMs)
  await deploy(/made from debian-12: ns-x86-\d+ was baked at .*, more than images.maxAgeDays \(7\) ago/)
  assert.equal(await madeFrom(), ['system', 'system'])
  await requireRun(fast, 'bake', {})
  await deploy(/made from ns-x86-\d+/)
})

test('a report says which images there are', async () => {
  const { stdout } = await fast.run('bake')
  assertSays(stdout, /Baked images:\n( +(ns|lb)-x86-\d+ .*1\.00 GB\n){4}\n/)
  assert.equal(await names(), ['lb1', 'lb2', 'ns1', 'ns2'])
})

test.run()
