import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Deed } from '../../../lib/plan/signing.ts'
import { createRegistrar } from '../../../lib/registrar/registrar.ts'
import { getServer, writeFacts } from '../../../lib/tasks/servers.ts'
import { openSigning } from '../../../lib/tasks/sign-zones.ts'
import { type Come, goOn, type WayOptions } from '../../../lib/tasks/signing-way.ts'
import type { RunWorld } from '../../../lib/tasks/world.ts'
import { hashKeys } from '../../../lib/zones/hash.ts'
import { createRegistrar as createServer } from '../../../local/internet/registrar.ts'
import { createRegistry } from '../../../local/internet/registry.ts'
import type { InternetState } from '../../../local/internet/state.ts'
import { ownNetwork, startParents } from '../dns/parents.ts'
import { errorOf } from '../error-of.ts'
import { type SigningWorld, serve, withSigningWorld } from './signing-world.ts'

// A zone on its way, with a registrar and two parents: deployments are what `serve` leaves, and time passes when it is told to.
const test = suite('lib/tasks/signing-way')

const zone = 'example.test'
const ns = ['ns1.example.test']
const token = 'TOKENtokenTOKENtoken'
const parents = await startParents(ownNetwork(89))
test.after(() => parents.close())

let state: InternetState = {
  domains: [{ name: zone, nameservers: ns, hosts: [] }],
  serial: 1,
  parentTtl: 60,
  faults: {},
}
/** What parents show of what the registrar was told. */
let show: (parent: 'a' | 'b') => boolean = () => true

const dsRecord = (rdata: string) => {
  const [keyTag = 0, algorithm = 0, digestType = 0] = rdata.split(' ', 3).map(Number)
  return { keyTag, algorithm, digestType, digest: Buffer.from(rdata.split(' ')[3] ?? '', 'hex') }
}

const publish = async (): Promise<void> => {
  const ds = (state.domains[0]?.ds ?? []).map(dsRecord)
  for (const parent of ['a', 'b'] as const) if (show(parent)) parents.say(parent, zone, { ns, ds, ttl: 60 })
}

const registry = createRegistry(
  {
    read: () => state,
    write: (changes) => {
      state = { ...state, ...changes }
    },
  },
  { publish, flush: publish, shown: () => ({}) },
)
const server = createAdaptorServer({ fetch: createServer(registry, token).fetch }).listen(0, '127.0.0.1')
await once(server, 'listening')
test.after(() => void server.close())
const { port } = server.address() as AddressInfo
const environment = { kind: 'twin', endpoint: `http://127.0.0.1:${port}/v1`, token } as const

const told = (): readonly number[] => (state.domains[0]?.ds ?? []).map((ds) => Number(ds.split(' ')[0])).sort()

interface Place extends SigningWorld {
  /** Seconds that have passed since the test began. */
  later: number
  generation: number
  served: RunWorld
}

const withPlace = (use: (place: Place) => Promise<void>): Promise<void> => {
  state = { ...state, domains: [{ name: zone, nameservers: ns, hosts: [] }] }
  show = () => true
  for (const one of [zone, 'example2.test']) parents.say('both', one, { ns })
  return withSigningWorld(
    async (signing) => {
      const place: Place = { ...signing, later: 0, generation: 100, served: signing.world }
      place.served = await serve(place, 'ns1', place.generation)
      await use(place)
    },
    [parents.root],
  )
}

const secondsNow = ({ later }: Place): number => Math.floor(Date.now() / 1000) + later

/** The next generation takes the place of the one that serves, whose answers caches hold for a while. */
const deploy = async (place: Place): Promise<void> => {
  const { fake, world } = place
  const before = await getServer(world, 'ns1')
  await world.hcloud.servers.delete(before.id)
  place.generation += 1
  place.served = await serve(place, 'ns1', place.generation, { ds: before.ds, otherKeys: before.otherKeys })
  const after = await getServer(world, 'ns1')
  if (after.keys !== before.keys) {
    const until = secondsNow(place) + (before.ttlSeconds ?? 0)
    await writeFacts(world, { ...after, otherKeys: { of: before.keys || hashKeys(new Map()), until } })
  }
  assert.equal(await fake.names(), ['lb1', 'ns1'])
}

const go = async (place: Place, deed: Deed, options: Partial<WayOptions> = {}, manual = false): Promise<Come> => {
  const { served, later, world } = place
  const clock = { ...served.clock, now: () => Date.now() + later * 1000 }
  const signing = await openSigning({ ...world.settings }, zone)
  const settings = manual ? ({ kind: 'manual' } as const) : environment
  return goOn({
    world: { ...served, clock },
    registrar: createRegistrar(settings, { clock }),
    signing,
    deed,
    options: { yes: true, wait: false, json: true, lockWait: 0, ...options },
    signal: new AbortController().signal,
  })
}

const tagsOf = async ({ keys }: Place, folder = ''): Promise<readonly number[]> =>
  (await readdir(`${keys}/${folder}`).catch(() => []))
    .flatMap((file) => Number(/\+(\d{5})\.key$/.exec(file)?.[1] ?? 0) || [])
    .sort()

const secure = async (place: Place): Promise<number> => {
  const { tag } = await place.make(`${zone}.`)
  await deploy(place)
  place.later += 2 * 86_400
  assert.is((await go(place, 'on', { wait: true })).next, 'done')
  return tag
}

test('from unsigned to secure: not before caches have forgotten what was not signed, and once every parent has it', () =>
  withPlace(async (place) => {
    const { tag } = await place.make(`${zone}.`)
    const unserved = await go(place, 'on')
    assert.equal([unserved.exitCode, unserved.next], [0, 'deploy'])
    assert.match(unserved.lines.join('\n'), /deploy-infra comes next\.\nThen go on with sign-zones example\.test on\./)

    await deploy(place)
    const early = await go(place, 'on')
    assert.equal([early.exitCode, early.next], [7, 'wait'])
    assert.match(early.lines.join('\n'), /until .* UTC, .* caches may hold answers of before/)
    assert.ok((early.until ?? 0) > secondsNow(place))
    assert.equal(told(), [])

    // a deployment with the same keys does not begin it anew
    place.later += 60
    await deploy(place)
    assert.is((await go(place, 'on')).until, early.until)

    place.later = (early.until ?? 0) - Math.floor(Date.now() / 1000) + 1
    show = (parent) => parent === 'a'
    const half = await go(place, 'on')
    assert.equal([half.exitCode, half.next], [7, 'give-ds'])
    assert.equal(told(), [tag])
    show = () => true
    await publish()
    const done = await go(place, 'on')
    assert.equal([done.exitCode, done.next], [0, 'done'])
    assert.equal([...(await getServer(place.world, 'ns1')).ds.values()], [{ kind: 'seen', ttlSeconds: 60 }])
  }))

test('another key takes its place: two deployments, both DS records for a while, and never without one', () =>
  withPlace(async (place) => {
    const first = await secure(place)
    const begun = await go(place, 'roll')
    assert.is(begun.next, 'deploy')
    const [second = 0] = await tagsOf(place)
    assert.equal(await tagsOf(place, 'leaving'), [first])
    await deploy(place)
    assert.is((await go(place, 'roll')).next, 'wait')
    assert.equal(told(), [first])

    place.later += 2 * 86_400
    show = (parent) => parent === 'a'
    assert.is((await go(place, 'roll')).next, 'give-ds')
    assert.equal(told(), [first, second].sort())
    show = () => true
    await publish()
    const held = await go(place, 'roll')
    assert.equal([held.exitCode, held.next], [7, 'wait'])
    assert.match(held.lines.join('\n'), /until .* UTC, .* caches may hold the DS record that is gone/)
    assert.equal(told(), [second])
    assert.equal(await tagsOf(place, 'leaving'), [first])

    place.later += 2 * 86_400
    const last = await go(place, 'roll')
    assert.equal([last.exitCode, last.next, last.lines.length], [0, 'deploy', 1])
    assert.equal(
      [await tagsOf(place), await tagsOf(place, 'leaving'), await tagsOf(place, 'retired')],
      [[second], [], [first]],
    )
    await deploy(place)
    assert.is((await go(place, 'on')).next, 'done')
  }))

test('back to unsigned: the DS record first, and the key when no cache holds it', () =>
  withPlace(async (place) => {
    const tag = await secure(place)
    show = () => false
    assert.is((await go(place, 'off')).next, 'withdraw-ds')
    assert.equal(told(), [])
    show = () => true
    await publish()
    const held = await go(place, 'off')
    assert.equal([held.exitCode, held.next], [7, 'wait'])
    assert.equal(await tagsOf(place), [tag])
    place.later += 3 * 86_400
    assert.is((await go(place, 'off')).next, 'deploy')
    assert.equal([await tagsOf(place), await tagsOf(place, 'retired')], [[], [tag]])
    await deploy(place)
    const done = await go(place, 'off')
    assert.equal([done.exitCode, done.next], [0, 'done'])
  }))

test('a person is told what to enter, and what was entered is seen', () =>
  withPlace(async (place) => {
    const { tag } = await place.make(`${zone}.`)
    await deploy(place)
    place.later += 2 * 86_400
    const { exitCode, next, instructions = [] } = await go(place, 'on', {}, true)
    assert.equal([exitCode, next], [7, 'give-ds'])
    assert.ok(instructions.every((line) => line.length <= 80))
    const text = instructions.join('\n')
    assert.match(text, new RegExp(`^Add the DS record of a key of example\\.test\n[\\s\\S]*Key tag +${tag}\n`))
    assert.equal(told(), [])
    const [keyTag, algorithm, digestType] = ['Key tag', 'Algorithm', 'Digest type'].map(
      (name) => new RegExp(`${name} +(\\d+)`).exec(text)?.[1],
    )
    const ds = `${keyTag} ${algorithm} ${digestType} ${/Digest\n +([0-9A-F]{64})/.exec(text)?.[1]}`
    state = { ...state, domains: state.domains.map((domain) => ({ ...domain, ds: [ds] })) }
    await publish()
    assert.is((await go(place, 'on', {}, true)).next, 'done')
  }))

test('where the registrar does not hold the domain, it is told what to enter elsewhere', () =>
  withPlace(async (place) => {
    await place.make(`${zone}.`)
    await deploy(place)
    place.later += 2 * 86_400
    state = { ...state, domains: [] }
    const { exitCode, next, instructions = [] } = await go(place, 'on')
    assert.equal([exitCode, next], [7, 'give-ds'])
    assert.match(instructions[0] ?? '', /^Add the DS record of a key of example\.test$/)
  }))

test('a silent parent holds everything, and strange DS records are refused', () =>
  withPlace(async (place) => {
    await place.make(`${zone}.`)
    await deploy(place)
    place.later += 2 * 86_400
    parents.say('b', zone, { ns, ds: 'silence' })
    const silent = await errorOf(go(place, 'on'))
    assert.is(silent.exitCode, 8)
    assert.match(silent.message, /b\.nic\.test \(.*no answer/)
    parents.say('both', zone, { ns, ds: [4711] })
    for (const deed of ['on', 'off', 'roll'] as const) {
      const strange = await errorOf(go(place, deed))
      assert.match(strange.message, /its parent has DS records of keys that are not here/)
      assert.is(strange.exitCode, 1)
    }
    assert.equal(told(), [])
  }))

test('without a terminal nothing is agreed to', () =>
  withPlace(async (place) => {
    await place.make(`${zone}.`)
    await deploy(place)
    place.later += 2 * 86_400
    const error = await errorOf(go(place, 'on', { yes: undefined }))
    assert.is(error.exitCode, 2)
    assert.match(error.hint ?? '', /--yes/)
    assert.equal(told(), [])
  }))

test('what nobody has noted counts from now, and is not begun anew', () =>
  withPlace(async (place) => {
    await place.make(`${zone}.`)
    await deploy(place)
    await writeFacts(place.world, { ...(await getServer(place.world, 'ns1')), otherKeys: undefined })
    const first = await go(place, 'on')
    assert.equal([first.exitCode, first.next], [7, 'wait'])
    place.later += 60
    assert.is((await go(place, 'on')).until, first.until)
  }))

test.run()
