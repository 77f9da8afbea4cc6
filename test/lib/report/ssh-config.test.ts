import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sshConfigOf } from '../../../lib/report/ssh-config.ts'

const config = suite('lib/report/ssh-config')

config('ssh itself reads it: address, alias and strict checking', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'ssh-config-'))
  try {
    const file = path.join(directory, 'config')
    const host = { name: 'ns1', id: 42, ipv4: '198.18.1.11', hostKeys: [] }
    writeFileSync(file, sshConfigOf([host], { knownHosts: '/x/known_hosts', identity: '/my keys/id' }))
    const read = execFileSync('ssh', ['-F', file, '-G', 'ns1'], { encoding: 'utf8' })
    for (const line of [
      'hostname 198.18.1.11',
      'user root',
      'hostkeyalias ns1-42',
      'stricthostkeychecking true',
      'userknownhostsfile /x/known_hosts',
      'identityfile /my keys/id',
    ]) {
      assert.ok(read.split('\n').includes(line), `${line} in\n${read}`)
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})

config.run()
