import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createHostKey } from '../../../lib/ssh/host-key.ts'
import { knownHostsLine, rawHostKey } from '../../../lib/ssh/known-hosts.ts'

const knownHosts = suite('lib/ssh/known-hosts')

knownHosts('the line built from the raw key is the one ssh-keygen finds and prints', async () => {
  const key = await createHostKey()
  const directory = mkdtempSync(path.join(tmpdir(), 'known-hosts-'))
  try {
    const file = path.join(directory, 'known_hosts')
    writeFileSync(file, `${knownHostsLine('ns1-42', key.raw)}\n`)
    const found = execFileSync('ssh-keygen', ['-F', 'ns1-42', '-f', file], { encoding: 'utf8' })
    assert.ok(found.includes(key.publicKeyLine.split(' ')[1] ?? 'none'))
  } finally {
    rmSync(directory, { recursive: true })
  }
})

knownHosts('reads only ed25519 keys', () => {
  assert.throws(() => rawHostKey('ssh-rsa AAAA'), /Not an ed25519 public key/)
})

knownHosts.run()
