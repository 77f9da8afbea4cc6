import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findLeftOut, readZoneFiles } from '../../../lib/zones/files.ts'
import { withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/files')

test('files that several zones include, or one in several ways, are read once a name', () =>
  withZoneFiles(
    { 'a.zone': '$INCLUDE x\n$INCLUDE y\n', 'b.zone': '$INCLUDE y\n', x: '$INCLUDE y\n', y: '; end\n' },
    async (folder) => {
      const { contents, faults } = await readZoneFiles(folder)
      assert.equal([...contents.keys()].sort(), ['a.zone', 'b.zone', 'x', 'y'])
      assert.equal([...faults.values()].flat(), [])
    },
  ))

test('a fault of an include is one of every zone that includes it', () =>
  withZoneFiles({ 'a.zone': '$INCLUDE x\n', 'b.zone': '\n$INCLUDE x\n', x: '$INCLUDE gone\n' }, async (folder) => {
    const { faults } = await readZoneFiles(folder)
    assert.equal(
      [...faults],
      [
        ['a.zone', ['x:1: gone is not there, or a link that leads nowhere']],
        ['b.zone', ['x:1: gone is not there, or a link that leads nowhere']],
      ],
    )
  }))

test('a named pipe is not waited for', () =>
  withZoneFiles({ 'a.zone': '$INCLUDE pipe\n' }, async (folder) => {
    execFileSync('mkfifo', [path.join(folder, 'pipe')])
    const { faults } = await readZoneFiles(folder)
    assert.equal(faults.get('a.zone'), ['a.zone:1: pipe is not a file'])
  }))

test('what lies there and is not compiled is named; what editors and git leave is not', () =>
  withZoneFiles(
    {
      'a.zone': '$INCLUDE sub/x.inc\n',
      'a.zone~': '',
      'B.ZONE': '',
      'c.zone.bak': '',
      '.d.zone': '',
      '.a.zone.swp': '',
      'unused.inc': '',
    },
    async (folder) => {
      await mkdir(path.join(folder, 'sub'))
      await mkdir(path.join(folder, '.git'))
      await writeFile(path.join(folder, 'sub/x.inc'), '')
      await writeFile(path.join(folder, 'sub/e.zone'), '')
      await writeFile(path.join(folder, '.git/config'), '')
      await symlink('someone@host:1', path.join(folder, '.#a.zone'))
      await symlink('.', path.join(folder, 'linked'))
      assert.equal(await findLeftOut(folder, await readZoneFiles(folder)), [
        '.d.zone',
        'B.ZONE',
        'a.zone~',
        'c.zone.bak',
        'linked',
        'sub/e.zone',
        'unused.inc',
      ])
    },
  ))

test("an editor's lock on a zone file, a hidden link that leads nowhere, is no zone", () =>
  withZoneFiles({ 'a.zone': '' }, async (folder) => {
    await symlink('someone@host:1', path.join(folder, '.#a.zone'))
    const { sources } = await readZoneFiles(folder)
    assert.equal(
      sources.map(({ file }) => file),
      ['a.zone'],
    )
  }))

test.run()
