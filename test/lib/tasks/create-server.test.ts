import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createServer } from '../../../lib/tasks/handlers/create-server.ts'
import { ensureFirewall, ensureNetwork } from '../../../lib/tasks/handlers/foundation.ts'
import { readOrders } from '../../../lib/tasks/preflight.ts'
import type { RunWorld } from '../../../lib/tasks/world.ts'
import { errorOf } from '../error-of.ts'
import { createFakeWorld, type FakeWorld } from './fake-world.ts'

const tests = suite('lib/tasks/create-server')

let fake: FakeWorld
tests.before.each(async () => {
  fake = await createFakeWorld()
})
tests.after.each(() => fake.close())

const ordering = (location: string, serverTypes: readonly string[], image = 'debian-12'): RunWorld => {
  const { settings } = fake.world
  const pairs = [{ location, hostname: 'ns1.example.test', formerHostnames: [], serverTypes: [...serverTypes] }]
  const sources = new URL('../../..', import.meta.url).pathname
  return { ...fake.world, settings: { ...settings, sources, config: { ...settings.config, image, pairs } } }
}

const make = async (world: RunWorld): Promise<void> => {
  await ensureNetwork(world)
  await ensureFirewall(world, 'nameserver')
  await createServer(world, { server: 'ns1-next', generation: 200 }, () => undefined)
}

const madeTypes = async (): Promise<readonly string[]> =>
  (await fake.world.hcloud.servers.list()).map(({ server_type }) => server_type.name)

tests('makes the type that the plan names, where the first is not sold', async () => {
  const world = ordering('ash', ['cx23', 'cpx12'])
  const [order, remark] = await readOrders(world)
  await make(world)
  assert.match(order ?? '', /^Pair 1: cpx12 in ash/)
  assert.match(remark ?? '', /cx23 is not sold in ash/)
  assert.equal(await madeTypes(), ['cpx12'])
})

tests('makes the type that the plan names, where the first is sold out', async () => {
  fake.addFault({ unavailable: { serverType: 'cpx22', location: 'fsn1' } })
  const world = ordering('fsn1', ['cpx22', 'cx23'])
  const [order, remark] = await readOrders(world)
  await make(world)
  assert.match(order ?? '', /^Pair 1: cx23 in fsn1/)
  assert.match(remark ?? '', /cpx22 is sold out in fsn1/)
  assert.equal(await madeTypes(), ['cx23'])
})

tests('skips what the cloud does not have, as the plan does', async () => {
  const world = ordering('fsn1', ['cx1', 'cx23'])
  assert.match((await readOrders(world)).join('\n'), /cx23 in fsn1.*\n.*no server type cx1/)
  await make(world)
  assert.equal(await madeTypes(), ['cx23'])
})

tests('takes the next type when the room ends after the order, and leaves nothing half-made', async () => {
  fake.addFault({ action: 'create_server', error: { code: 'resource_unavailable', message: 'no room' } })
  await make(ordering('fsn1', ['cpx22', 'cx23']))
  assert.equal(await madeTypes(), ['cx23'])
})

tests('another fault of the order is no reason to try the next type', async () => {
  fake.addFault({ action: 'create_server', error: { code: 'unknown_error', message: 'broken' } })
  assert.match((await errorOf(make(ordering('fsn1', ['cpx22', 'cx23'])))).message, /broken/)
  assert.equal(await madeTypes(), [])
})

for (const [title, types, image, told] of [
  ['types', ['cx1', 'cx2'], 'debian-12', /Pair 1 .*no server type cx1; .*cx2/],
  ['image', ['cx23'], 'debian-1', /Pair 1 .*no image debian-1 for x86/],
] as const) {
  tests(`the plan is refused when the cloud has none of the ${title}`, async () => {
    assert.match((await errorOf(readOrders(ordering('fsn1', types, image)))).message, told)
  })
}

tests.run()
