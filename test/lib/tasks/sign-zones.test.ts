import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LocalSettings } from '../../../lib/config/load.ts'
import { configSchema } from '../../../lib/config/schema.ts'
import { dsOf } from '../../../lib/dns/dnssec/ds.ts'
import { makeFirstKey, openSigning, signingStatus } from '../../../lib/tasks/sign-zones.ts'
import { dnskeyOf } from '../../../lib/zones/signing/known.ts'
import { openPrivateKey } from '../../../lib/zones/signing/private-key.ts'
import { runScript } from '../../scripts/command.ts'
import { ownNetwork, startParents } from '../dns/parents.ts'
import { errorOf } from '../error-of.ts'
import { withZoneFiles } from '../zones/fixture.ts'
import { makeOperator } from '../zones/signing/fixture.ts'

const test = suite('lib/tasks/sign-zones')

const parents = await startParents(ownNetwork(87))
test.after(() => parents.close())

const ns = ['ns1.example.test']
const unsigned = (): void => parents.say('both', 'example.test', { ns })

/** Of `3529 13 2 0A…`. */
const dsRecord = (rdata: string) => {
  const [keyTag = 0, algorithm = 0, digestType = 0] = rdata.split(' ', 3).map(Number)
  return { keyTag, algorithm, digestType, digest: Buffer.from(rdata.split(' ')[3] ?? '', 'hex') }
}

interface Place {
  readonly settings: LocalSettings
  readonly identity: string
  readonly config: object
}

const withPlace = (use: (place: Place) => Promise<void>, more: object = {}): Promise<void> =>
  withZoneFiles({}, async (root) => {
    const zonesFolder = path.join(root, 'zones')
    await mkdir(zonesFolder)
    await writeFile(path.join(zonesFolder, 'example.test.zone'), '')
    const { identity } = await makeOperator(root)
    const config = {
      project: 'example',
      pairs: [{ location: 'fsn1', hostname: 'ns1.example.test', serverTypes: ['cpx22'] }],
      image: 'debian-12',
      networkRange: '10.0.0.0/16',
      operatorNetworks: ['198.18.0.0/15'],
      sshKey: `${identity}.pub`,
      zonesFolder,
      witness: { queriesPerSecond: 1 },
      dnssec: { keys: path.join(root, 'keys', 'of-zones'), ...more },
    }
    const environment = { rootServers: [parents.root], sshPublicKeyFile: config.sshKey }
    const settings = { config: configSchema.parse(config), environment, root, sources: root }
    unsigned()
    await use({ settings, identity, config })
  })

const open = ({ settings }: Place) => openSigning(settings, 'Example.test')

test('a key is made once, for whoever has the private half of sshKey', () =>
  withPlace(async (place) => {
    const told = await makeFirstKey(await open(place))
    assert.is(told.exitCode, 0)
    assert.match(
      told.lines.join('\n'),
      /encrypted to one public key\)\.\nNext: deploy-infra; then sign-zones example\.test on/,
    )
    const again = await open(place)
    assert.is(again.key?.name, told.key)
    assert.equal((await readdir(again.folder)).sort(), [`${told.key}.key`, `${told.key}.private.age`])
    assert.ok(again.key && (await openPrivateKey(again.key, { folder: again.folder, identity: place.identity })))
  }))

test('the DS record is the one that dnssec-dsfromkey makes, and status finds it at every parent, at one, by another digest, or another one', () =>
  withPlace(async (place) => {
    assert.equal((await signingStatus(await open(place))).lines, [
      'example.test. has no key: it is not signed by a deployment.',
      'No server of test. has a DS record.',
    ])
    const { key } = await makeFirstKey(await open(place))
    const signing = await open(place)
    const told = await signingStatus(signing)
    const { runProgram } = await import('../../../lib/outside/program.ts')
    const judge = await runProgram(['dnssec-dsfromkey', '-2', path.join(signing.folder, `${key}.key`)])
    assert.is(judge.stdout.trim(), `example.test. IN DS ${told.ds}`)
    assert.is(told.exitCode, 0)

    parents.say('both', 'example.test', { ns, ds: [dsRecord(told.ds ?? '')] })
    const known = await signingStatus(signing)
    assert.is(known.exitCode, 0)
    assert.match(known.lines.at(-1) ?? '', /^test\. has it: a\.nic\.test .*, b\.nic\.test/)

    parents.say('b', 'example.test', { ns, ds: [4711] })
    const half = await signingStatus(signing)
    assert.is(half.exitCode, 3)
    assert.match(
      half.lines.join('\n'),
      /test\. has DS 4711 of example\.test\. \(b\.nic\.test [^)]+\); TTL 10 s\), our zone has no such DNSKEY/,
    )

    parents.say('both', 'example.test', { ns, ds: [dsRecord(told.ds ?? ''), 4711] })
    const beside = await signingStatus(signing)
    assert.is(beside.exitCode, 3)
    assert.match(beside.lines.join('\n'), /has DS 4711 of example\.test\. beside that of its key/)

    const sayDigest = (type: number): void => {
      const ds = signing.key && dsOf('example.test.', dnskeyOf(signing.key), type)
      parents.say('both', 'example.test', { ns, ds: [dsRecord(ds ?? '')] })
    }
    sayDigest(1)
    const weak = await signingStatus(signing)
    assert.is(weak.exitCode, 3)
    assert.match(weak.lines.join('\n'), /has DS \d+ of example\.test\. by SHA-1 \(a\.nic\.test .*RFC 8624/)
    sayDigest(4)
    assert.is((await signingStatus(signing)).exitCode, 0)

    parents.say('both', 'example.test', { ns, ds: 'silence' })
    assert.is((await signingStatus(signing)).exitCode, 8)
  }))

test('recipients are keys, or files of such; a key that age would pass over is refused', () =>
  withZoneFiles({}, async (scratch) => {
    const [one, other] = [await makeOperator(scratch, 'one'), await makeOperator(scratch, 'other')]
    const curve = await makeOperator(scratch, 'curve', { kind: 'ecdsa' })
    const list = path.join(scratch, 'list')
    await writeFile(list, `# those who deploy\n\n${one.recipient}\n`)
    const recipients = [list, other.recipient]
    await withPlace(
      async (place) => {
        const told = await makeFirstKey(await open(place))
        assert.match(told.lines.join('\n'), /encrypted to 2 public keys/)
        const { key, folder } = await open(place)
        for (const { identity } of [one, other]) assert.ok(key && (await openPrivateKey(key, { folder, identity })))
      },
      { recipients },
    )
    await writeFile(list, `${one.recipient}\n${curve.recipient}\n`)
    await withPlace(
      async (place) => {
        const error = await errorOf(makeFirstKey(await open(place)))
        assert.match(error.message, /^dnssec\.recipients: .*list holds a line that nothing can be encrypted to: ecdsa/)
        assert.is(error.exitCode, 2)
        assert.is((await open(place)).key, undefined)
      },
      { recipients },
    )
  }))

test('without a folder in the config, or for a zone that is none, nothing is made', () =>
  withPlace(async ({ settings }) => {
    const none = await errorOf(openSigning(settings, 'other.test'))
    assert.match(none.message, /There is no zone other\.test\./)
    assert.match(none.hint ?? '', /There is: example\.test\./)
    const { dnssec, ...config } = settings.config
    const plain = await errorOf(openSigning({ ...settings, config }, 'example.test'))
    assert.match(plain.hint ?? '', /dnssec: \{ keys: 'dnssec-keys' \}/)
    assert.equal([none.exitCode, plain.exitCode, dnssec?.validityDays], [2, 2, 60])
  }))

test('the script needs no token for a key, and prints what a program can read', () =>
  withPlace(async (place) => {
    const config = path.join(place.settings.root, 'infra.mjs')
    await writeFile(config, `export default ${JSON.stringify(place.config)}\n`)
    const { code, stdout, stderr } = await runScript('sign-zones', ['example.test', 'on', '--config', config, '--json'])
    assert.is(code, 0, stderr)
    assert.match(JSON.parse(stdout).key, /^Kexample\.test\.\+013\+\d{5}$/)
    const wrong = await runScript('sign-zones', ['example.test', 'sign', '--config', config])
    assert.is(wrong.code, 2)
    assert.match(wrong.stderr, /Allowed choices are on, off, roll, status/)
  }))

test.run()
