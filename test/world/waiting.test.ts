import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { query } from '../../lib/dns/query.ts'
import { killedBefore, prepared, requireRun } from './prepared.ts'
import { generationsIn, readStanding } from './standing.ts'
import { createFastWorld } from './world.ts'

// A rotation waits for days: meanwhile zones change.
const test = suite('world/waiting')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())
await prepared(fast)
const serving = await fast.save()
test.before.each(() => fast.load(serving))

/** Of every lb there is, whether or not anybody has been led to it yet. */
const generationsOfAll = async (): Promise<readonly string[]> => {
  const lbs = (await fast.servers()).filter(({ name }) => name.startsWith('lb'))
  const answers = lbs.map(async ({ public_net }) => {
    const question = { name: 'example.test', type: 'SOA', transport: 'udp' } as const
    const reply = await query({ address: public_net.ipv4?.ip ?? '', port: 53 }, question, { timeoutMs: 500 })
    return reply.kind === 'answered' ? (reply.nsid?.split('.')[1] ?? 'nobody') : reply.detail
  })
  return [...new Set(await Promise.all(answers))]
}

for (const wait of [
  'Wait for the parents to show ns1.example.test',
  'Wait for the parents to show ns2.example.test',
  'Wait for the caches',
  'Wait until idle',
]) {
  test(`at "${wait}" zones are deployed to old and new lbs alike, and taken back from both; then it goes on`, async () => {
    await killedBefore(fast, 'rotate', wait)
    const [before = ''] = generationsIn(await readStanding(fast))
    await requireRun(fast, 'deploy', { keepOld: true })
    const [after = '', ...others] = await generationsOfAll()
    assert.equal(others, [])
    assert.ok(Number(after) > Number(before))
    await requireRun(fast, 'rollback', {})
    assert.equal(await generationsOfAll(), [before])
    await requireRun(fast, 'deploy', {})
    await requireRun(fast, 'rotate', { wait: true })
    assert.equal((await fast.servers()).map(({ name }) => name).sort(), ['lb1', 'lb2', 'ns1', 'ns2'])
  })
}

test('a deployment that dies there is finished by either command, or taken back', async () => {
  await killedBefore(fast, 'rotate', 'Wait for the parents to show ns2.example.test')
  const [before = ''] = generationsIn(await readStanding(fast))
  await killedBefore(fast, 'deploy', 'Switch lb2')
  const between = await fast.save()
  await requireRun(fast, 'rollback', {})
  assert.equal(await generationsOfAll(), [before])
  for (const finish of ['deploy', 'rotate'] as const) {
    await fast.load(between)
    if (finish === 'deploy') await requireRun(fast, finish, {})
    await requireRun(fast, 'rotate', { wait: true })
    assert.equal((await fast.servers()).map(({ name }) => name).sort(), ['lb1', 'lb2', 'ns1', 'ns2'])
  }
})

test.run()
