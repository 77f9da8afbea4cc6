import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createSsh, type Ssh } from '../../../lib/ssh/ssh.ts'
import { withVariable } from '../with-variable.ts'

const connects = suite('lib/ssh/ssh')

const scratch = mkdtempSync(path.join(tmpdir(), 'ssh-'))
connects.after(() => rmSync(scratch, { recursive: true }))

const host = { name: 'ns1', id: 123_456_789, ipv4: '198.18.1.11', hostKeys: [] }

/** What ssh makes of our options, by the names that it prints in lower case. */
const readBy = async (ssh: Ssh): Promise<ReadonlyMap<string, string>> => {
  const text = execFileSync('ssh', [...(await ssh.options(host)), '-G', host.ipv4], { encoding: 'utf8' })
  return new Map(text.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]))
}

const withSsh = (key: string, temporary: string, work: (ssh: Ssh) => Promise<void>): Promise<void> =>
  withVariable('TMPDIR', temporary, async () => {
    const ssh = await createSsh(key)
    await work(ssh).finally(ssh.close)
  })

const makeFolder = (name: string): string => {
  const folder = path.join(scratch, name)
  mkdirSync(folder)
  return folder
}

for (const name of ['with a space', 'with "quotes"', "it's", '100%done', 'back\\slash']) {
  connects(`ssh takes a key and temporary files in a folder like ${name}`, async () => {
    const folder = makeFolder(name)
    const key = path.join(folder, 'id_ed25519')
    writeFileSync(key, '')
    await withSsh(`${key}.pub`, folder, async (ssh) => {
      const read = await readBy(ssh)
      // `%` stands for itself once it is expanded, which -G leaves to the connection
      const plain = (text = ''): string => text.replaceAll('%%', '%')
      assert.is(plain(read.get('identityfile')), key)
      assert.ok(
        plain(read.get('userknownhostsfile')).startsWith(path.join(folder, 'dns-')),
        read.get('userknownhostsfile'),
      )
      assert.ok(plain(read.get('controlpath')).startsWith(path.join(folder, 'dns-')), read.get('controlpath'))
    })
  })
}

connects('however long the path of temporary files, that of a control socket is short enough', async () => {
  await withSsh('/nonexistent.pub', makeFolder('x'.repeat(120)), async (ssh) => {
    const length = (await readBy(ssh)).get('controlpath')?.length ?? 0
    // ssh adds 17 characters while it makes the socket, whose path may have 104 (108 on Linux, with the zero at the end)
    assert.ok(length > 0 && length + 17 < 104, `${length}`)
  })
})

connects('what pins a key is written once, although many ask for it at the same time', async () => {
  await withSsh('/nonexistent.pub', makeFolder('at once'), async (ssh) => {
    const asked = Array.from({ length: 20 }, () => ssh.options({ ...host, hostKeys: ['A'.repeat(1_000_000)] }))
    const options = await Promise.race(asked)
    const file = options.find((option) => option.startsWith('UserKnownHostsFile='))?.replace(/^[^=]*="?|"$/g, '') ?? ''
    const { mtimeMs } = statSync(file)
    await Promise.all(asked)
    assert.is(statSync(file).mtimeMs, mtimeMs, 'somebody may be reading it by then')
  })
})

connects.run()
