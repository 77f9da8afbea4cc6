import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runProgram } from '../../../../lib/outside/program.ts'
import { encrypt } from '../../../../lib/zones/signing/age.ts'
import { beginLeaving, readZoneKeys, setAside } from '../../../../lib/zones/signing/keys.ts'
import { makeZoneKey } from '../../../../lib/zones/signing/make-key.ts'
import { openPrivateKey } from '../../../../lib/zones/signing/private-key.ts'
import { recordOf } from '../../../../lib/zones/signing/zone-key.ts'
import { errorOf } from '../../error-of.ts'
import { withOwnTmpdir } from '../fixture.ts'
import { makeOperator, withKeyFolder } from './fixture.ts'

const test = suite('lib/zones/signing/keys')

test('a key is made without times, one half plain and the other encrypted, and read again', () =>
  withKeyFolder(({ folder, make, identity }) =>
    withOwnTmpdir(async (temporary) => {
      const key = await make('example.test.')
      const files = (await readdir(folder)).sort()
      assert.equal(files, [`${key.name}.key`, `${key.name}.private.age`])
      assert.equal(await readFile(path.join(folder, `${key.name}.key`), 'utf8'), `${recordOf(key)}\n`)
      assert.match(recordOf(key), /^example\.test\. 3600 IN DNSKEY 257 3 13 \S{88}$/)
      assert.match(await readFile(path.join(folder, `${key.name}.private.age`), 'latin1'), /^age-encryption\.org\/v1\n/)
      assert.equal(await readZoneKeys(folder), [key])
      const opened = await openPrivateKey(key, { folder, identity })
      assert.match(opened, /^Private-key-format: v1\.3\nAlgorithm: 13 \(ECDSAP256SHA256\)\nPrivateKey: \S{44}\n$/)
      assert.equal(await readdir(temporary), [])
    }),
  ))

test('each of several recipients can sign, and an age key too', () =>
  withKeyFolder(async ({ folder, scratch }) => {
    const operators = [await makeOperator(scratch, 'ed'), await makeOperator(scratch, 'rsa', { kind: 'rsa' })]
    const job = path.join(scratch, 'job')
    await runProgram(['age-keygen', '-o', job])
    const jobRecipient = (await runProgram(['age-keygen', '-y', job])).stdout.trim()
    const recipients = [...operators.map(({ recipient }) => recipient), jobRecipient]
    const key = await makeZoneKey({ origin: 'example.test.', ttlSeconds: 60, folder, recipients })
    const identities = [...operators.map(({ identity }) => identity), job]
    const opened = await Promise.all(identities.map((identity) => openPrivateKey(key, { folder, identity })))
    assert.is(new Set(opened).size, 1)
  }))

test('who cannot be encrypted to has no key made', () =>
  withKeyFolder(async ({ folder, scratch }) => {
    const { recipient } = await makeOperator(scratch, 'ec', { kind: 'ecdsa' })
    const request = { origin: 'example.test.', ttlSeconds: 60, folder, recipients: [recipient] }
    const error = await errorOf(makeZoneKey(request))
    assert.match(error.message, /^A private key could not be encrypted: .*ecdsa-sha2-nistp256/)
    assert.match(error.hint ?? '', /ssh-ed25519 and ssh-rsa/)
    assert.is(error.exitCode, 2)
    assert.is((await readdir(scratch)).includes('dnssec-keys'), false)
  }))

for (const [title, spoil, fault] of [
  ['a lost private half', (folder, name) => rm(path.join(folder, `${name}.private.age`)), /lacks its other half/],
  ['a lost public half', (folder, name) => rm(path.join(folder, `${name}.key`)), /lacks its other half/],
  [
    'a private half that is not encrypted',
    (folder, name) => writeFile(path.join(folder, `${name}.private`), 'PrivateKey: secret\n'),
    /\.private is a private key that is not encrypted/,
  ],
  [
    'another zone in the record than in the name',
    (folder, name) => edit(path.join(folder, `${name}.key`), 'example.test.', 'example2.test.'),
    /holds a key of example2\.test\./,
  ],
  [
    'another algorithm',
    (folder, name) => edit(path.join(folder, `${name}.key`), '257 3 13', '257 3 15'),
    /holds a key of algorithm 15/,
  ],
  [
    'another algorithm in the name',
    (folder, name) => renameAll(folder, name, name.replace('+013+', '+008+')),
    /is of algorithm 8, and keys here are of 13/,
  ],
  [
    'other flags',
    (folder, name) => edit(path.join(folder, `${name}.key`), '257 3 13', '256 3 13'),
    /holds a key with flags 256/,
  ],
  [
    'another key under the name',
    (folder, name) => renameAll(folder, name, name.replace(/\d{5}$/, '00001')),
    /holds the key with tag \d+/,
  ],
  ['nothing in the file', (folder, name) => writeFile(path.join(folder, `${name}.key`), ''), /holds 0 records/],
  [
    'no TTL',
    (folder, name) => edit(path.join(folder, `${name}.key`), ' 3600 IN ', ' IN '),
    /holds no DNSKEY record with a TTL/,
  ],
] as readonly (readonly [string, (folder: string, name: string) => Promise<void>, RegExp])[]) {
  test(`${title}: refused before anything is made`, () =>
    withKeyFolder(async ({ folder, make }) => {
      const { name } = await make('example.test.')
      await spoil(folder, name)
      const error = await errorOf(readZoneKeys(folder))
      assert.match(error.message, fault)
      assert.not.match(error.message, /secret/)
      assert.match(error.hint ?? '', /Nothing was created or changed/)
      assert.is(error.exitCode, 2)
    }))
}

const edit = async (file: string, from: string, to: string): Promise<void> =>
  writeFile(file, (await readFile(file, 'utf8')).replace(from, to))

const renameAll = async (folder: string, from: string, to: string): Promise<void> => {
  for (const end of ['key', 'private.age'])
    await rename(path.join(folder, `${from}.${end}`), path.join(folder, `${to}.${end}`))
}

test('two keys of a zone are refused, unless one of them leaves; and so is a folder that is not there', () =>
  withKeyFolder(async ({ folder, identity, make }) => {
    const first = await make('example.test.')
    const other = await make('example.test.')
    const error = await errorOf(readZoneKeys(folder))
    assert.match(error.message, /example\.test\. has several keys in one folder, and can be signed by one/)
    assert.is(error.exitCode, 2)

    await beginLeaving(first, folder)
    const [staying, left] = await readZoneKeys(folder)
    assert.equal([staying, left], [other, { ...first, isLeaving: true }])
    assert.ok(left && (await openPrivateKey(left, { folder, identity })))

    await setAside(other, folder)
    // as whoever is killed between the two leaves it: it signs on
    assert.equal(await readZoneKeys(folder), [{ ...first, isLeaving: true }])
    await setAside({ ...first, isLeaving: true }, folder)
    assert.equal(await readZoneKeys(folder), [])
    const gone = await errorOf(readZoneKeys(`${folder}-gone`))
    assert.match(gone.message, /-gone is not there/)
    assert.is(gone.exitCode, 2)
  }))

test('a private half that is not for this operator, or not of this key, is refused without a word of it', () =>
  withKeyFolder(async ({ folder, scratch, identity, recipient, make }) => {
    const key = await make('example.test.')
    const stranger = await makeOperator(scratch, 'stranger')
    const wrong = await errorOf(openPrivateKey(key, { folder, identity: stranger.identity }))
    assert.match(wrong.message, /cannot be decrypted with .*stranger: no identity matched any of the recipients/)
    assert.match(wrong.hint ?? '', /DNSSEC_IDENTITY/)

    const guarded = await makeOperator(scratch, 'guarded', { passphrase: 'open sesame' })
    const own = { origin: 'example2.test.', ttlSeconds: 60, folder: path.join(scratch, 'own') }
    const theirs = await makeZoneKey({ ...own, recipients: [guarded.recipient] })
    const asked = await errorOf(openPrivateKey(theirs, { folder: own.folder, identity: guarded.identity }))
    assert.match(asked.message, /passphrase/)

    const none = await errorOf(openPrivateKey(key, { folder, identity: path.join(scratch, 'nobody') }))
    assert.match(none.message, /no such file/)

    const file = path.join(folder, `${key.name}.private.age`)
    const other = await make('example2.test.')
    await cp(path.join(folder, `${other.name}.private.age`), file)
    const exchanged = await errorOf(openPrivateKey(key, { folder, identity }))
    assert.match(exchanged.message, /does not hold the private half of Kexample\.test\.\+013\+\d{5}\.key$/)

    const garbage = path.join(scratch, 'garbage')
    await writeFile(garbage, 'PrivateKey: c2VjcmV0\n')
    await mkdir(path.join(scratch, 'out'))
    await encrypt(garbage, path.join(scratch, 'out', 'age'), [recipient])
    await cp(path.join(scratch, 'out', 'age'), file)
    const spoilt = await errorOf(openPrivateKey(key, { folder, identity }))
    for (const error of [wrong, asked, none, exchanged, spoilt]) {
      assert.is(error.exitCode, 2)
      assert.not.match(`${error.message} ${error.hint} ${error.stack} ${error.cause}`, /c2VjcmV0|PrivateKey: /)
    }
  }))

test.run()
