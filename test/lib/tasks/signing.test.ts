import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileArtefact, getArtefact, hashSources, makeArtefact } from '../../../lib/tasks/artefact.ts'
import { readToldScene } from '../../../lib/tasks/check-dns/told.ts'
import { readContentDrift } from '../../../lib/tasks/content.ts'
import { zonesFor } from '../../../lib/tasks/handlers/zones-label.ts'
import { preflightZones } from '../../../lib/tasks/preflight.ts'
import { readServedArtefact } from '../../../lib/tasks/served.ts'
import { getServer } from '../../../lib/tasks/servers.ts'
import { hashArtefact, hashZones } from '../../../lib/zones/hash.ts'
import type { Zone } from '../../../lib/zones/zone.ts'
import { startNamed } from '../dns/named.ts'
import { errorOf } from '../error-of.ts'
import { having, type SigningWorld, withSigningWorld } from './signing-world.ts'

const test = suite('lib/tasks/signing')

const withSigning = (use: (signing: SigningWorld) => Promise<void>): Promise<void> =>
  withSigningWorld(async (signing) => {
    await signing.fake.addServer('ns1-next', 200)
    await signing.fake.addServer('ns2-next', 200)
    await use(signing)
  })

test('without keys all is as if nothing could be signed', () =>
  withSigning(async ({ world }) => {
    const { dnssec, ...config } = world.settings.config
    const plain = { ...world, settings: { ...world.settings, config } }
    assert.is(await hashSources(world), await hashZones(path.join(world.settings.root, config.zonesFolder)))
    assert.is(await hashSources(plain), await hashSources(world))
    assert.equal(await makeArtefact(world, 200), await compileArtefact(plain, 200))
    assert.ok(dnssec)
  }))

test('a deployment signs once, and gives the same to all of its nameservers', () =>
  withSigning(async ({ world, make }) => {
    const before = await hashSources(world)
    await make('example.test.')
    assert.is.not(await hashSources(world), before)
    const [one, other] = [await getServer(world, 'ns1-next'), await getServer(world, 'ns2-next')]
    const given = await zonesFor(world, [one, other])
    assert.equal(
      given.map(({ signing }) => signing !== undefined),
      [true, false],
    )
    const labelled = await getServer(world, 'ns1-next')
    assert.is(labelled.zones, await hashSources(world))
    assert.is(labelled.content, hashArtefact(given))
    assert.is(await getArtefact(world, 200), given)
    assert.is(await zonesFor(world, [other]), given)
  }))

test('a clock that is far from that of the cloud signs nothing, and is of no matter where nothing is signed', () =>
  withSigning(async ({ world, make }) => {
    const off = (seconds: number) => ({
      ...world,
      clock: { ...world.clock, now: () => world.hcloud.now() + seconds * 1000 },
    })
    await world.hcloud.servers.list()
    await makeArtefact(off(3600), 200)
    await make('example.test.')
    await makeArtefact(off(50), 200)
    for (const [seconds, said] of [
      [75, /^The clock of this computer is 1 min 1[56] s ahead of that of the cloud/],
      [-3600, /^The clock of this computer is 1 h behind that of the cloud/],
    ] as const) {
      const error = await errorOf(makeArtefact(off(seconds), 200))
      assert.match(error.message, said)
      assert.is(error.exitCode, 2)
    }
  }))

test('a clone that has not signed reads what was given from a nameserver', () =>
  withSigning(async ({ world, make }) => {
    await make('example.test.')
    const given = await makeArtefact(world, 200)
    const server = { ...(await getServer(world, 'ns1-next')), content: hashArtefact(given) }
    const found = await readServedArtefact({ ssh: having(given) }, 200, [server])
    assert.ok('zones' in found)
    const sorted = (some: readonly Zone[]) =>
      some.map(({ rrsets, ...zone }) => ({ ...zone, rrsets: rrsets.map((one) => JSON.stringify(one)).sort() }))
    assert.equal(sorted(found.zones), sorted(given))
  }))

test('what a nameserver serves is compared with the zone files, signatures aside; one that is not signed is told', () =>
  withSigning(async ({ world, make }) => {
    const plain = await compileArtefact(world, 200)
    await make('example.test.')
    const [given, atHand] = [await makeArtefact(world, 200), await compileArtefact(world, 200)]
    const server = await getServer(world, 'ns1-next')
    const drift = async (files: readonly Zone[]) =>
      (await readContentDrift({ ssh: having(files) }, [server], atHand)).drift
    assert.equal(await drift(given), [])
    assert.equal(await drift(plain), [
      'ns1-next does not serve what it was made with (example.test. has other data for example.test. DNSKEY): deploy-infra makes new nameservers',
    ])
  }))

test('check-dns without the cloud knows by the public halves alone what has to be proven', () =>
  withSigning(async ({ world, make }) => {
    const key = await make('example.test.')
    const given = await makeArtefact(world, 200)
    const named = await startNamed(given, { nsid: 'ns1.200' })
    try {
      const { config, root } = world.settings
      const scene = await readToldScene([{ target: { ...named.ipv4, name: 'lb1' }, role: 'lb', pair: 1 }], {
        config,
        root,
        folder: path.join(root, config.zonesFolder),
        signal: world.signal,
        pace: undefined,
      })
      assert.equal(
        scene.leading?.map(({ signing }) => signing?.signers),
        [[key.tag], undefined],
      )
    } finally {
      await named.stop()
    }
  }))

test('an older commit is signed with the keys of today', () =>
  withSigning(async ({ world, make }) => {
    await make('example.test.')
    const elsewhere = path.join(world.settings.root, 'checkout')
    mkdirSync(elsewhere)
    renameSync(path.join(world.settings.root, 'ansible'), path.join(elsewhere, 'ansible'))
    const older = { ...world, settings: { ...world.settings, sources: elsewhere } }
    const [zone] = await makeArtefact(older, 200)
    assert.ok(zone?.signing?.expires)
  }))

test('a key that cannot be used is told before anything is made', () =>
  withSigning(async ({ world, keys, make }) => {
    await make('example.test.')
    assert.equal(await preflightZones(world), [])
    const stranger = { ...world.settings.environment, signingIdentity: path.join(world.settings.root, 'nobody') }
    const locked = await errorOf(preflightZones({ ...world, settings: { ...world.settings, environment: stranger } }))
    assert.match(locked.message, /cannot be decrypted/)
    writeFileSync(path.join(keys, 'Kexample2.test.+013+00001.key'), '')
    assert.match((await errorOf(preflightZones(world))).message, /The keys in .* cannot be used/)
    rmSync(keys, { recursive: true })
    const gone = await errorOf(preflightZones(world))
    assert.match(gone.message, /dnssec-keys is not there/)
    assert.is(gone.exitCode, 2)
  }))

test.run()
