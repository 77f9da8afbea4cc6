import { rmSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dsOf } from '../../../lib/dns/dnssec/ds.ts'
import type { DsMemory } from '../../../lib/fleet/labels.ts'
import type { Plan, Step } from '../../../lib/plan/types.ts'
import { readServedSigning } from '../../../lib/tasks/served-signing.ts'
import { getServer, writeFacts } from '../../../lib/tasks/servers.ts'
import { readStatus } from '../../../lib/tasks/status.ts'
import { readDelegationsStatus } from '../../../lib/tasks/status-delegations.ts'
import { verifyTrusted } from '../../../lib/tasks/trust.ts'
import { beginLeaving, setAside } from '../../../lib/zones/signing/keys.ts'
import { dnskeyOf, dsNameOf } from '../../../lib/zones/signing/known.ts'
import type { ZoneKey } from '../../../lib/zones/signing/zone-key.ts'
import { ownNetwork, startParents } from '../dns/parents.ts'
import { errorOf } from '../error-of.ts'
import { having, type SigningWorld, serve, withSigningWorld } from './signing-world.ts'

const test = suite('lib/tasks/trust')

const parents = await startParents(ownNetwork(88))
test.after(() => parents.close())

const ns = ['ns1.example.test']

const planOf = (...steps: readonly Step[]): Plan => ({
  operation: 'deploy',
  generation: 200,
  notes: [],
  phases: [{ key: 'switch', title: 'Switch', tracks: [steps] }],
})

const deployment = planOf(
  { kind: 'configure', role: 'nameserver', servers: ['ns1-next'] },
  { kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1-next' },
)
const goingBack = planOf({ kind: 'switch-lb', lb: 'lb1', nameserver: 'ns1-old' })

const dsRecord = ({ origin, rdata }: ZoneKey, parent: 'a' | 'b' | 'both' = 'both'): void => {
  const [keyTag = '', algorithm = '', digestType = '', digest = ''] = (dsOf(origin, dnskeyOf({ rdata })) ?? '').split(
    ' ',
  )
  const ds = {
    keyTag: Number(keyTag),
    algorithm: Number(algorithm),
    digestType: Number(digestType),
    digest: Buffer.from(digest, 'hex'),
  }
  parents.say(parent, 'example.test', { ns, ds: [ds] })
}

const withWorld = (use: (signing: SigningWorld) => Promise<void>): Promise<void> => {
  for (const zone of ['example.test', 'example2.test']) parents.say('both', zone, { ns })
  return withSigningWorld(use, [parents.root])
}

const forget = ({ keys, make }: SigningWorld): Promise<ZoneKey> => {
  rmSync(keys, { recursive: true })
  return make('example.test.')
}

test('where nothing is signed nobody is asked', () =>
  withWorld(async (signing) => {
    const world = await serve(signing, 'ns1', 100)
    parents.cut(true)
    assert.equal(await verifyTrusted(world, deployment).finally(() => parents.cut(false)), [])
  }))

test('the same key goes on, with its DS record and without', () =>
  withWorld(async (signing) => {
    const key = await signing.make('example.test.')
    const world = await serve(signing, 'ns1', 100)
    assert.equal(await verifyTrusted(world, deployment), [])
    dsRecord(key)
    await verifyTrusted(world, deployment)
  }))

test('a zone that loses its key, or gets another, is refused while any parent has its DS record, and while one is silent', () =>
  withWorld(async (signing) => {
    const key = await signing.make('example.test.')
    const world = await serve(signing, 'ns1', 100)
    dsRecord(key, 'b')
    await forget(signing)
    const other = await errorOf(verifyTrusted(world, deployment))
    assert.is(other.exitCode, 4)
    assert.match(other.message, /what is about to be made: test\. has DS \d+ of example\.test\. \(b\.nic\.test/)
    assert.not.match(other.message, /generation 100/)

    const { dnssec, ...config } = world.settings.config
    const unsigned = { ...world, settings: { ...world.settings, config } }
    assert.match(
      (await errorOf(verifyTrusted(unsigned, deployment))).message,
      /what is about to be made: test\. has DS/,
    )
    assert.ok(dnssec)

    parents.say('b', 'example.test', { ns, ds: 'silence' })
    const silent = await errorOf(verifyTrusted(world, deployment))
    assert.is(silent.exitCode, 8)
    assert.match(silent.message, /b\.nic\.test .*asked for DS: no answer/)

    parents.say('both', 'example.test', { ns })
    assert.equal(await verifyTrusted(unsigned, deployment), [
      `example.test. is not signed any more; until now it is, by key ${key.tag}.`,
    ])
  }))

test('a DS record of the next key alone is refused: what serves has another', () =>
  withWorld(async (signing) => {
    await signing.make('example.test.')
    const world = await serve(signing, 'ns1', 100)
    dsRecord(await forget(signing))
    const error = await errorOf(verifyTrusted(world, deployment))
    assert.match(error.message, /generation 100: test\. has DS/)
    assert.not.match(error.message, /what is about to be made/)
  }))

test('a zone that gets a key is named', () =>
  withWorld(async (signing) => {
    const world = await serve(signing, 'ns1', 100)
    const { tag } = await signing.make('example.test.')
    assert.equal(await verifyTrusted(world, deployment), [`example.test. is signed from then on, by key ${tag}.`])
  }))

test('before anything serves, the DS record of another provider stops nothing', () =>
  withWorld(async (signing) => {
    await signing.make('example.test.')
    parents.say('both', 'example.test', { ns, ds: [4711] })
    await verifyTrusted(signing.world, deployment)
    const world = await serve(signing, 'ns1', 100)
    assert.is((await errorOf(verifyTrusted(world, deployment))).exitCode, 4)
  }))

test('a DS record while what serves is not signed is refused', () =>
  withWorld(async (signing) => {
    const world = await serve(signing, 'ns1', 100)
    dsRecord(await signing.make('example.test.'))
    assert.match((await errorOf(verifyTrusted(world, deployment))).message, /generation 100: test\. has DS/)
  }))

test('going back is refused to what the DS record does not fit, and to signatures that end', () =>
  withWorld(async (signing) => {
    await serve(signing, 'ns1-old', 90)
    const key = await signing.make('example.test.')
    const world = await serve(signing, 'ns1', 100)
    assert.equal(await verifyTrusted(world, goingBack), [
      `example.test. is not signed any more; until now it is, by key ${key.tag}.`,
    ])
    dsRecord(key)
    assert.match((await errorOf(verifyTrusted(world, goingBack))).message, /generation 90: test\. has DS/)
    const aged = await serve(signing, 'ns2-old', 80)
    const toAged = planOf({ kind: 'switch-lb', lb: 'lb1', nameserver: 'ns2-old' })
    await verifyTrusted(aged, toAged)
    const later = { ...aged, clock: { ...aged.clock, now: () => Date.now() + 57.5 * 86_400_000 } }
    const ended = await errorOf(verifyTrusted(later, toAged))
    assert.is(ended.exitCode, 4)
    assert.match(ended.message, /the signatures of generation 80 end at /)
  }))

/** A key takes the place of that of the zone, which leaves. */
const roll = async ({ keys, make }: SigningWorld, key: ZoneKey): Promise<ZoneKey> => {
  await beginLeaving(key, keys)
  return make('example.test.')
}

test('a DS record that no parent has any more is reckoned with as long as caches may hold it', () =>
  withWorld(async (signing) => {
    const key = await signing.make('example.test.')
    const world = await serve(signing, 'ns1', 100)
    await setAside(key, signing.keys)
    const remember = async (memory: DsMemory): Promise<void> => {
      const ds = new Map([[dsNameOf(key.origin, dnskeyOf(key)), memory]])
      await writeFacts(world, { ...(await getServer(world, 'ns1')), ds })
    }
    const now = Math.floor(Date.now() / 1000)
    for (const memory of [
      { kind: 'seen', ttlSeconds: 60 },
      { kind: 'gone', until: now + 60 },
    ] as const) {
      await remember(memory)
      const error = await errorOf(verifyTrusted(world, deployment))
      assert.is(error.exitCode, 4)
      assert.match(
        error.message,
        new RegExp(
          `example\\.test\\.: caches may hold its DS record \\(${key.tag}\\), .*sign-zones example\\.test off`,
        ),
      )
    }
    await remember({ kind: 'gone', until: now - 1 })
    assert.is((await verifyTrusted(world, deployment)).length, 1)
  }))

test('two keys lead from the one to the other, and nothing else does', () =>
  withWorld(async (signing) => {
    const first = await signing.make('example.test.')
    await serve(signing, 'ns1', 100)
    const second = await roll(signing, first)
    const world = await serve(signing, 'ns2-old', 90)
    dsRecord(first)
    assert.equal(await verifyTrusted(world, deployment), [
      `example.test. is signed from then on, by key ${[first.tag, second.tag].sort((a, b) => a - b).join(', ')}, until now by key ${first.tag}.`,
    ])
    // caches may hold something else than what serves and what comes
    const now = Math.floor(Date.now() / 1000)
    const note = async (of: string, until: number): Promise<void> =>
      writeFacts(world, { ...(await getServer(world, 'ns1')), otherKeys: { of, until } })
    await note('several', now + 60)
    assert.match((await errorOf(verifyTrusted(world, deployment))).message, /earlier change of keys until .*UTC/)
    const { keys } = await getServer(world, 'ns2-old')
    await note(keys, now + 60)
    await verifyTrusted(world, deployment)
    await note('several', now - 60)
    await verifyTrusted(world, deployment)
  }))

test('what serves has to be known where zones are signed', () =>
  withWorld(async (signing) => {
    const world = await serve(signing, 'ns1', 100)
    const spoilt = { ...world, ssh: having([]) }
    await signing.fake.addServer('ns2', 110, { zones: 'others', content: 'of-nobody' })
    const error = await errorOf(verifyTrusted(spoilt, deployment))
    assert.is(error.exitCode, 8)
    assert.match(error.message, /what generation 110 was made with is not known: ns2 has other zone files/)
  }))

test('status tells of signatures two thirds of whose time have passed', () =>
  withWorld(async (signing) => {
    await signing.make('example.test.')
    const made = Math.floor(Date.now() / 1000)
    const world = await serve(signing, 'ns1', made)
    const after = async (days: number) =>
      (await readServedSigning({ ...world, clock: { ...world.clock, now: () => (made + days * 86_400) * 1000 } })).old
    assert.equal(await after(39.9), [])
    assert.match(
      (await after(40.1))[0] ?? '',
      /^the signatures of generation \d+ end in 19 d 21 h \(.*: deploy-infra makes new ones$/,
    )
    assert.match(
      (await readServedSigning(world)).lasting ?? '',
      /^Signatures end at \S+ UTC, \S+\. Deploy again by \S+ UTC, \S+: nothing else makes new ones\.$/,
    )
    assert.match((await after(60.1))[0] ?? '', /^the signatures of generation \d+ have ended \(/)
    const late = { ...world, clock: { ...world.clock, now: () => (made + 50 * 86_400) * 1000 } }
    assert.ok((await readStatus(late)).drift.some((one) => /^the signatures of generation \d+ end in/.test(one)))
    const { dnssec, ...config } = world.settings.config
    assert.equal(await readServedSigning({ ...world, settings: { ...world.settings, config } }), {
      keys: new Map(),
      old: [],
      lasting: undefined,
    })
    assert.ok(dnssec)
  }))

test('status takes the DS record of a key that serves for right, another one for drift', () =>
  withWorld(async (signing) => {
    const key = await signing.make('example.test.')
    const world = await serve(signing, 'ns1', 100)
    dsRecord(key)
    const { keys } = await readServedSigning(world)
    const driftOf = async (known: typeof keys | 'unknown') =>
      (await readDelegationsStatus(world, ['example.test.'], { keys: known })).drift
    assert.equal(await driftOf(keys), [])
    assert.match((await driftOf(new Map()))[0] ?? '', /our zone has no such DNSKEY/)
    assert.equal(await driftOf('unknown'), [])
  }))

test.run()
