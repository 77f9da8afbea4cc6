import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseHashes, parseZoneList } from '../../lib/named.ts'

const named = suite('lib/named')

const folder = mkdtempSync(path.join(tmpdir(), 'named-list-'))
named.after(() => rmSync(folder, { recursive: true }))

const listOf = (zones: readonly string[]): string => {
  const file = path.join(folder, 'named.conf')
  writeFileSync(file, zones.map((zone) => `zone "${zone}" { type primary; file "x"; };`).join('\n'))
  return execFileSync('named-checkconf', ['-l', file], { encoding: 'utf8' })
}

named('reads the names of the zones from what BIND prints, canonical', () => {
  assert.equal(parseZoneList(listOf(['Example.test', '2.0.192.in-addr.arpa'])), [
    'example.test.',
    '2.0.192.in-addr.arpa.',
  ])
  assert.equal(parseZoneList(listOf([])), [])
})

named('reads the hashes of files as sha256sum prints them, whatever their names are', () => {
  const files = ['db.example.test', 'db.a\\.b.test'].map((name) => path.join(folder, name))
  for (const file of files) writeFileSync(file, 'abc')
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  const printed = execFileSync('sha256sum', ['--zero', ...files], { encoding: 'utf8' })
  assert.equal(
    [...parseHashes(printed)],
    [
      [files[0], abc],
      [files[1], abc],
    ],
  )
  assert.is(parseHashes('').size, 0)
})

named.run()
