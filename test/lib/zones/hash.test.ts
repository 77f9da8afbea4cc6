import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hashZones } from '../../../lib/zones/hash.ts'
import { errorOf } from '../error-of.ts'
import { withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/hash')

const files = { 'a.test.zone': '$INCLUDE hosts.inc\n', 'b.test.zone': 'two', 'hosts.inc': 'three' }
const hashOf = (content: Readonly<Record<string, string>>) => withZoneFiles(content, hashZones)

test('the same content has the same hash, wherever it lies', async () => {
  assert.is(await hashOf(files), await hashOf(files))
  assert.match(await hashOf(files), /^[0-9a-f]{40}$/)
})

test('content, names and included files count; what nothing reads does not', async () => {
  await withZoneFiles(files, async (folder) => {
    const before = await hashZones(folder)
    await writeFile(path.join(folder, '.a.swp'), 'editor')
    await writeFile(path.join(folder, 'README'), 'about the zones')
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

/** A folder `zones` and beside it a folder `other`, and the file that is read in a roundabout way. */
const roundabout: readonly (readonly [string, string, (root: string) => Promise<unknown>])[] = [
  [
    'a zone file that is a link',
    'other/a.test.zone',
    (root) => symlink('../other/a.test.zone', path.join(root, 'zones/a.test.zone')),
  ],
  [
    'a link to a link',
    'other/a.test.zone',
    async (root) => {
      await symlink('a.test.zone', path.join(root, 'other/link'))
      await symlink('../other/link', path.join(root, 'zones/a.test.zone'))
    },
  ],
  [
    'a folder that is a link',
    'other/a.test.zone',
    async (root) => {
      await rm(path.join(root, 'zones'), { recursive: true })
      await symlink('other', path.join(root, 'zones'))
    },
  ],
  ['an include outside the folder', 'other/x.inc', (root) => include(root, '../other/x.inc')],
  ['an include with its whole path', 'other/x.inc', (root) => include(root, path.join(root, 'other/x.inc'))],
  [
    'an include by way of a folder that is a link',
    'other/x.inc',
    async (root) => {
      await symlink('../other', path.join(root, 'zones/sub'))
      await include(root, 'sub/x.inc')
    },
  ],
  [
    'an include of an include, in the folder of the zones and not its own',
    'zones/y.inc',
    async (root) => {
      await writeFile(path.join(root, 'other/x.inc'), '$include "y.inc"\n')
      await include(root, '../other/x.inc')
    },
  ],
  ['a hidden file that is included', 'zones/.x.inc', (root) => include(root, '.x.inc')],
]
const include = (root: string, file: string) => writeFile(path.join(root, 'zones/a.test.zone'), `$INCLUDE "${file}"\n`)

for (const [title, file, arrange] of roundabout) {
  test(`${title} counts with its content`, () =>
    withZoneFiles({}, async (root) => {
      await mkdir(path.join(root, 'zones'))
      await mkdir(path.join(root, 'other'))
      await writeFile(path.join(root, file), 'one')
      await arrange(root)
      const before = await hashZones(path.join(root, 'zones'))
      await writeFile(path.join(root, file), 'two')
      const changed = await hashZones(path.join(root, 'zones'))
      await writeFile(path.join(root, file), 'one')
      assert.is.not(changed, before)
      assert.is(await hashZones(path.join(root, 'zones')), before)
    }))
}

test('a file that cannot be read is refused, with the place that names it', () =>
  withZoneFiles(
    { 'a.test.zone': '\n$INCLUDE gone.inc\n', 'b.test.zone': '$INCLUDE c.inc\n', 'c.inc': '\n$INCLUDE b.test.zone\n' },
    async (folder) => {
      await mkdir(path.join(folder, 'd.test.zone'))
      await symlink('nowhere', path.join(folder, 'e.test.zone'))
      await symlink('f.test.zone', path.join(folder, 'f.test.zone'))
      const error = await errorOf(hashZones(folder))
      assert.is(error.exitCode, 2)
      assert.equal(error.message.split('\n'), [
        'Zone files cannot be read:',
        '  - a.test.zone:2: gone.inc is not there, or a link that leads nowhere',
        '  - c.inc:2: b.test.zone includes c.inc includes b.test.zone: a circle',
        '  - d.test.zone is not a file',
        '  - e.test.zone is not there, or a link that leads nowhere',
        '  - f.test.zone is a link that leads in a circle',
      ])
    },
  ))

test.run()
