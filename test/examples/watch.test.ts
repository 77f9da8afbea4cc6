import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('examples/watch')

const folder = path.resolve(import.meta.dirname, '../../examples/watch')
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8')

test('the service is one', () => {
  const service = read('check-dns-watch.service')
  assert.ok(service.includes('/usr/bin/node '))
  const temporary = mkdtempSync(path.join(tmpdir(), 'service-'))
  try {
    const file = path.join(temporary, 'check-dns-watch.service')
    // node is elsewhere on some computers
    writeFileSync(file, service.replace('/usr/bin/node ', `${process.execPath} `))
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' })
    assert.equal(
      stderr.split('\n').filter((line) => line.includes('check-dns-watch')),
      [],
    )
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
})

test.run()
