import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const dnsLb = suite('dns-lb')

const execFileAsync = promisify(execFile)
const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }

dnsLb('its pure functions hold (python3 -m unittest)', async () => {
  const { stderr } = await execFileAsync('python3', ['-m', 'unittest', 'dns_lb_test'], {
    cwd: import.meta.dirname,
    env,
  })
  assert.match(stderr, /^Ran \d\d tests.*\n\nOK\n$/m)
})

dnsLb('a verb it does not know, or an address that is none, is refused with exit status 2', async () => {
  const program = path.resolve(import.meta.dirname, '../../ansible/roles/lb/files/dns-lb')
  for (const [words, complaint] of [
    [['reload'], /invalid choice: 'reload'/],
    [['stage', '--upstream', 'ns1'], /invalid address value: 'ns1'/],
    [['switch', '--to', 'red'], /invalid choice: 'red'/],
  ] as const) {
    const error = await execFileAsync('python3', [program, ...words], { env }).catch((reason) => reason)
    assert.is(error.code, 2)
    assert.match(error.stderr, complaint)
  }
})

dnsLb.run()
