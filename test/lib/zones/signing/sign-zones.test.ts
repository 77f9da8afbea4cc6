import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runProgram } from '../../../../lib/outside/program.ts'
import { hashArtefact, hashSources } from '../../../../lib/zones/hash.ts'
import { readZoneText } from '../../../../lib/zones/read-text.ts'
import { withSerial } from '../../../../lib/zones/serial.ts'
import { beginLeaving, readZoneKeys } from '../../../../lib/zones/signing/keys.ts'
import { withKeys } from '../../../../lib/zones/signing/known.ts'
import { comparableIn, readSigned } from '../../../../lib/zones/signing/served.ts'
import { signZones } from '../../../../lib/zones/signing/sign-zones.ts'
import type { Zone } from '../../../../lib/zones/zone.ts'
import { errorOf } from '../../error-of.ts'
import { compileFixture, withOwnTmpdir, withZoneFiles } from '../fixture.ts'
import { rules, withKeyFolder } from './fixture.ts'

const test = suite('lib/zones/signing/sign-zones')

const zones = await compileFixture()
const origins = zones.map(({ origin }) => origin)

const verify = ({ origin, text }: Zone): Promise<number | null> =>
  withZoneFiles({ signed: text }, async (folder) => {
    const argv = ['dnssec-verify', '-q', '-z', '-o', origin, path.join(folder, 'signed')]
    return (await runProgram(argv)).exitCode
  })

for (const denial of ['nsec3', 'nsec'] as const) {
  test(`zones with a key are signed with ${denial}, the others come back as they are`, () =>
    withKeyFolder(async ({ folder, identity, make }) => {
      const key = await make('example.test.')
      const [signed, other] = await signZones(zones, { ...rules, denial, folder, keys: [key], identity })
      assert.is(other, zones[1])
      assert.ok(signed?.signing)
      assert.is(await verify(signed), 0)
      const types = new Set(signed.text.match(/ IN (NSEC3?)\s/g)?.map((type) => type.trim()))
      assert.equal([...types], [`IN ${denial.toUpperCase()}`])
      assert.is(signed.rrsets, zones[0]?.rrsets)
      assert.is(signed.signing.expires, rules.now + 60 * 86_400)
      assert.equal(signed.signing.signers, [key.tag])
      const [known] = withKeys(zones, [key])
      assert.equal(known?.signing?.published, signed.signing.published)
    }))
}

test('a zone with two keys is signed by each of them, everything in it', () =>
  withKeyFolder(async ({ folder, identity, make }) => {
    const first = await make('example.test.')
    await beginLeaving(first, folder)
    const other = await make('example.test.')
    const keys = await readZoneKeys(folder)
    const [signed] = await signZones(zones, { ...rules, folder, keys, identity })
    assert.ok(signed?.signing)
    assert.is(await verify(signed), 0)
    const tags = [first.tag, other.tag].sort((a, b) => a - b)
    assert.equal(signed.signing.signers, tags)
    const signatures = signed.text.match(/^\S+ \d+ IN RRSIG\s.*$/gm) ?? []
    assert.ok(signatures.length > 20)
    assert.equal(
      tags.map((tag) => signatures.filter((line) => line.includes(` ${tag} example.test. `)).length),
      [signatures.length / 2, signatures.length / 2],
    )
    assert.equal(withKeys(zones, keys)[0]?.signing?.published, signed.signing.published)
    assert.is.not(hashSources('files', keys, 'nsec3'), hashSources('files', [other], 'nsec3'))
    assert.is.not(hashSources('files', keys, 'nsec3'), hashSources('files', [first], 'nsec3'))
  }))

test('what a nameserver has is taken apart again into what was signed and what signing has put in', () =>
  withKeyFolder(async ({ folder, identity, make }) => {
    const keys = [await make('example.test.')]
    const [signed] = await signZones(zones, { ...rules, folder, keys, identity })
    assert.ok(signed?.signing)
    const rrsets = await readZoneText(signed.origin, signed.text)
    assert.not.type(rrsets, 'string')
    if (typeof rrsets === 'string') return
    const { signing } = signed
    const sorted = (some: readonly { name: string; type: string }[]) => some.map((one) => JSON.stringify(one)).sort()
    const served = readSigned(rrsets)
    assert.equal(served.signing, signing)
    assert.equal(sorted(served.rrsets), sorted(zones[0]?.rrsets ?? []))
    assert.equal(sorted(comparableIn(rrsets)), sorted([...served.rrsets, signing.published]))
  }))

test('the same is signed otherwise each time, and with another serial anew', () =>
  withKeyFolder(async ({ folder, identity, make }) => {
    const keys = [await make('example.test.')]
    const options = { ...rules, folder, keys, identity }
    const [one, again, later] = await Promise.all([
      signZones(zones, options),
      signZones(zones, options),
      signZones(
        zones.map((zone) => withSerial(zone, zone.serial + 1)),
        options,
      ),
    ])
    assert.is.not(hashArtefact(one), hashArtefact(again))
    assert.is(later[0] && (await verify(later[0])), 0)
  }))

test('the hash of the sources changes with the keys, and is that of the files alone without any', () =>
  withKeyFolder(async ({ make }) => {
    const [one, other] = [await make('example.test.'), await make('example2.test.')]
    assert.is(hashSources('files', [], 'nsec3'), 'files')
    const all = [
      hashSources('files', [one], 'nsec3'),
      hashSources('files', [one, other], 'nsec3'),
      hashSources('files', [one], 'nsec'),
      hashSources('others', [one], 'nsec3'),
    ]
    assert.is(new Set(all).size, 4)
    assert.ok(all.every((hash) => /^[0-9a-f]{40}$/.test(hash)))
    assert.is(hashSources('files', [one], 'nsec3'), all[0])
  }))

test('nothing of a private key is left behind, nor what it has signed', () =>
  withKeyFolder(async ({ folder, identity, make }) => {
    const keys = await Promise.all(origins.map(make))
    await withOwnTmpdir(async (temporary) => {
      await signZones(zones, { ...rules, folder, keys, identity })
      assert.equal(await readdir(temporary), [])
    })
    assert.equal(
      (await readdir(folder)).filter((file) => !/\.(key|private\.age)$/.test(file)),
      [],
    )
  }))

for (const [title, options, fault] of [
  ['signatures that end before today', { now: rules.now - 61 * 86_400 }, /example\.test\. cannot be signed/],
  ['signatures that have not begun', { now: rules.now + 2 * 86_400 }, /example\.test\. cannot be signed/],
] as const) {
  test(`${title} are refused`, () =>
    withKeyFolder(async ({ folder, identity, make }) => {
      const keys = [await make('example.test.')]
      const error = await errorOf(signZones(zones, { ...rules, folder, keys, identity, ...options }))
      assert.match(error.message, fault)
      assert.is(error.exitCode, 2)
    }))
}

test.run()
