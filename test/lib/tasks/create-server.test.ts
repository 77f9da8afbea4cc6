import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { imageLabels } from '../../../lib/fleet/image.ts'
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

/** An image baked on a machine of this type, as it is called. */
const bakeOn = async (serverType: string): Promise<string> => {
  const { hcloud } = fake.world
  const order = { name: 'bake-ns-x86', server_type: serverType, image: 'debian-12', location: 'fsn1' }
  const { id } = await hcloud.servers.createReady(order, { timeoutMs: 10_000 })
  const labels = imageLabels(fake.world.settings.config.project, {
    role: 'nameserver',
    architecture: 'x86',
    recipe: 'abc',
    baked: 100,
  })
  await hcloud.servers.createImage(id, { description: 'ns-x86-100', labels })
  await hcloud.servers.delete(id)
  return 'ns-x86-100'
}

const madeFrom = async (images: readonly string[]): Promise<string> => {
  const world = ordering('fsn1', ['cpx12'])
  await ensureNetwork(world)
  await ensureFirewall(world, 'nameserver')
  const said: string[] = []
  await createServer(world, { server: 'ns1-next', generation: 200, images }, (text) => void said.push(text))
  const [server] = await fake.world.hcloud.servers.list()
  const isBaked = server?.image?.type === 'snapshot'
  assert.is(said[0], `cpx12 in fsn1 from ${isBaked ? 'ns-x86-100' : 'debian-12'}`)
  return isBaked ? 'baked' : 'stock'
}

tests('takes the baked image that the plan names', async () => {
  assert.is(await madeFrom([await bakeOn('cpx12')]), 'baked')
})

tests('takes the stock image where the plan names none, or one that is gone', async () => {
  const image = await bakeOn('cpx12')
  assert.is(await madeFrom([]), 'stock')
  for (const { id } of await fake.world.hcloud.servers.list()) await fake.world.hcloud.servers.delete(id)
  for (const { id } of await fake.world.hcloud.images.list({ type: 'snapshot' }))
    await fake.world.hcloud.images.delete(id)
  assert.is(await madeFrom([image]), 'stock')
})

tests('takes the stock image where the disk of the baked one is too big for the type', async () => {
  assert.is(await madeFrom([await bakeOn('cpx22')]), 'stock')
})

tests.run()
