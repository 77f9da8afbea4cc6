import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runProgram } from '../../../../lib/outside/program.ts'
import { compileFixture, nsid, withZoneFiles } from '../../zones/fixture.ts'
import { startNamed } from '../named.ts'
import { type Asked, readPublished, signBy, unproven } from './signed-zone.ts'

// The judge beside ours: BIND's own validator, at one server and with the zone's key as its anchor.
const test = suite('lib/dns/dnssec/delv')

const [plain] = await compileFixture()
if (!plain) throw new Error('the fixture has a zone')
const { origin } = plain

const questions: readonly Asked[] = [
  ['example.test.', 'MX'],
  ['example.test.', 'PTR'],
  ['mail.example.test.', 'A'],
  ['mail.example.test.', 'TXT'],
  ['mail.example.test.', 'AAAA'],
  ['www.example.test.', 'CNAME'],
  ['generic.example.test.', 'TYPE65280'],
  ['any.wild.example.test.', 'A'],
  ['any.wild.example.test.', 'AAAA'],
  ['ent.example.test.', 'A'],
  ['absent.example.test.', 'A'],
  ['zzz.example.test.', 'A'],
  ['host1.example.test.', 'A'],
  ['sub.example.test.', 'DS'],
]

/** What delv(1) does not find fully validated. It says so in words alone: its exit code is always 0. */
const refusedByDelv = (text: string, published: readonly string[]): Promise<readonly string[]> =>
  withZoneFiles({}, async (folder) => {
    const key = Buffer.from(published[0]?.split(' ')[2] ?? '', 'hex')
      .subarray(4)
      .toString('base64')
    const anchor = path.join(folder, 'anchor')
    await writeFile(anchor, `trust-anchors { ${origin} static-key 257 3 13 "${key}"; };\n`)
    const named = await startNamed([{ ...plain, text }], { nsid })
    try {
      const refused: string[] = []
      for (const [name, type] of questions) {
        const at = ['@127.0.0.1', '-p', String(named.port)]
        const { stdout, stderr } = await runProgram(['delv', '-a', anchor, `+root=${origin}`, ...at, name, type])
        if (!`${stdout}${stderr}`.includes('fully validated')) refused.push(`${name} ${type}`)
      }
      return refused
    } finally {
      await named.stop()
    }
  })

const spoils: readonly (readonly [RegExp, string])[] = [
  [/^mail\.example\.test\.\s+\d+\s+IN\s+RRSIG\s+TXT .*\n/m, ''],
  [/192\.0\.2\.77/, '192.0.2.78'],
  [/^(host1\.example\.test\.\s.*\s)192\.0\.2\.1$/m, '$1192.0.2.9'],
  [/^(example\.test\.\s+\d+\s+IN\s+RRSIG\s+NSEC3?\s.*\s)(\S)(\S*)$/m, '$1A$3'],
]

for (const [denial, args] of [
  ['NSEC3', ['-3', '-', '-H', '0']],
  ['NSEC', []],
] as const) {
  test(`with ${denial}, what is proven to us is validated by delv, and what is not is not`, async () => {
    const good = await signBy(plain, { args: [...args] })
    const signed = await readPublished(origin, good)
    assert.equal(await refusedByDelv(good, signed.published), [])
    assert.equal(await unproven({ origin, text: good }, signed, questions), [])
    const text = spoils.reduce((before, [from, to]) => before.replace(from, to), good)
    const refused = await refusedByDelv(text, signed.published)
    const found = await unproven({ origin, text }, signed, questions)
    assert.ok(refused.length >= 3, refused.join(', '))
    assert.equal([...new Set(found.map((one) => one.split(': ')[0]))].sort(), [...refused].sort())
  })
}

test.run()
