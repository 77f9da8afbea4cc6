import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashZones } from '../../../lib/zones/hash.ts'
import { withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/hash')

const files = { 'a.test.zone': 'one', 'b.test.zone': 'two', 'hosts.inc': 'three' }
const hashOf = (content: Readonly<Record<string, string>>) => withZoneFiles(content, hashZones)

test('the same content has the same hash, wherever it lies', async () => {
  assert.is(await hashOf(files), await hashOf(files))
  assert.match(await hashOf(files), /^[0-9a-f]{40}$/)
})

test('content, names and included files count; hidden files do not', async () => {
  await withZoneFiles(files, async (folder) => {
    const before = await hashZones(folder)
    await writeFile(path.join(folder, '.a.swp'), 'editor')
    assert.is(await hashZones(folder), before)
    await writeFile(path.join(folder, 'hosts.inc'), 'four')
    const changed = await hashZones(folder)
    await rename(path.join(folder, 'a.test.zone'), path.join(folder, 'c.test.zone'))
    assert.is(new Set([before, changed, await hashZones(folder)]).size, 3)
  })
})

test('two files with their contents shifted differ', async () => {
  assert.is.not(await hashOf({ 'a.zone': 'xy', 'b.zone': '' }), await hashOf({ 'a.zone': 'x', 'b.zone': 'y' }))
})

test.run()
