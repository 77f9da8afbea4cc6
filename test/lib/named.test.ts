import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseZoneList } from '../../lib/named.ts'

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

named.run()
