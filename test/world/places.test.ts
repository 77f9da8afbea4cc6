import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { prepared, requireRun } from './prepared.ts'
import { createFastWorld } from './world.ts'

// The config says where machines shall be and of which type: what is made next is so, and lbs follow with their rotation.
const test = suite('world/places')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())

const places = async (): Promise<readonly string[]> =>
  (await fast.servers()).map(({ name, location, server_type }) => `${name} ${location.name} ${server_type.name}`).sort()

test('nameservers of another type are made in another place; an lb follows with its rotation', async () => {
  await prepared(fast)
  await fast.changePair(1, { serverTypes: ['cpx32'] })
  await fast.changePair(2, { location: 'nbg1' })
  await requireRun(fast, 'deploy', {})
  assert.equal(await places(), ['lb1 fsn1 cpx22', 'lb2 hel1 cpx22', 'ns1 fsn1 cpx32', 'ns2 nbg1 cpx22'])
  await requireRun(fast, 'rotate', { wait: true })
  assert.equal(await places(), ['lb1 fsn1 cpx32', 'lb2 nbg1 cpx22', 'ns1 fsn1 cpx32', 'ns2 nbg1 cpx22'])
})

test('where the private network does not reach, nothing is made, and it is said how to get there', async () => {
  const before = await places()
  for (const [pair, text] of [
    [2, /several network zones \(eu-central, us-east\)/],
    [1, /The private network lies in eu-central, and the pairs in us-east/],
  ] as const) {
    await fast.changePair(pair, { location: 'ash' })
    const { exitCode, stderr } = await fast.run('deploy', {})
    assert.is(exitCode, 2, stderr)
    assert.match(stderr, text)
  }
  assert.equal(await places(), before)
})

test.run()
