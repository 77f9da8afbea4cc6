import { readFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  countQuestions,
  describeVersion,
  getLbStatus,
  type LbReading,
  readLbStatus,
  readTalkers,
} from '../../lib/dns-lb.ts'
import { type Ssh, SshError, type SshHost } from '../../lib/ssh/ssh.ts'
import { errorOf } from './error-of.ts'

const dnsLb = suite('lib/dns-lb')

const lb: SshHost = { name: 'lb1', id: 1, ipv4: '198.18.1.10', hostKeys: [] }

const sshThat = (run: () => Promise<string>): Ssh => ({ options: async () => [], run, close: async () => undefined })
const printing = (output: unknown): Ssh =>
  sshThat(async () => (typeof output === 'string' ? output : JSON.stringify(output)))
const failing = (failure: SshError['failure'], exitStatus?: number): Ssh =>
  sshThat(async () => {
    const command = exitStatus === undefined ? {} : { command: { exitStatus, stdout: '' } }
    throw new SshError('lb1: that did not work', { failure, stderr: 'of whatever shell', ...command })
  })

const colour = { upstream: '10.0.0.5', running: true }
const least = { active: 'blue', colours: { blue: colour, green: { upstream: null, running: false } } }

dnsLb('of an older or a newer program all that matters is who serves', async () => {
  const older = await getLbStatus(printing(least), lb)
  assert.equal(older, {
    version: 1,
    active: 'blue',
    colours: {
      blue: { upstream: '10.0.0.5', running: true, port: 5301, preview: 5311, pending_upgrade: false },
      green: { upstream: null, running: false, port: 5302, preview: 5312, pending_upgrade: false },
    },
    nginx: 'unknown',
    counters: {},
    reboot_required: false,
  })
  assert.match(describeVersion(older) ?? '', /older/)
  const newer = await getLbStatus(printing({ ...least, version: 99, nginx: { name: 'nginx' }, weather: 'fair' }), lb)
  assert.match(describeVersion(newer) ?? '', /newer/)
  assert.is(newer.active, 'blue')
})

dnsLb('the program of this checkout is of the version that is looked for', async () => {
  const program = readFileSync(path.resolve(import.meta.dirname, '../../ansible/roles/lb/files/dns-lb'), 'utf8')
  const version = Number(/^VERSION = (\d+)$/m.exec(program)?.[1])
  assert.is(describeVersion(await getLbStatus(printing({ ...least, version }), lb)), undefined)
})

dnsLb('what does not say who serves is of a version that cannot be read, and the remedy is named', async () => {
  for (const output of ['', 'blue\n', '[]', { ...least, active: 'red' }, { active: 'blue' }]) {
    const reading = await readLbStatus(printing(output), lb)
    assert.is(reading.kind, 'foreign', JSON.stringify(output))
    const error = await errorOf(getLbStatus(printing(output), lb))
    assert.match(error.hint ?? '', /update-lbs/)
  }
})

for (const [title, ssh, kind] of [
  ['a machine without the program', failing('command', 127), 'no-role'],
  ['a program that does not know the verb', failing('command', 2), 'foreign'],
  ['a program that fails', failing('command', 1), 'silent'],
  ['a machine that cannot be reached', failing('unreachable'), 'silent'],
] as const satisfies readonly (readonly [string, Ssh, LbReading['kind']])[]) {
  dnsLb(`${title}: ${kind}, whatever the text says`, async () => {
    assert.is((await readLbStatus(ssh, lb)).kind, kind)
    await errorOf(getLbStatus(ssh, lb))
  })
}

dnsLb('questions that nobody counts are not none', async () => {
  for (const counters of [undefined, {}, { udp: 3 }]) {
    const status = await getLbStatus(printing({ ...least, counters }), lb)
    const error = await errorOf(Promise.resolve().then(() => countQuestions(status)))
    assert.is(error.exitCode, 8)
  }
  assert.is(countQuestions(await getLbStatus(printing({ ...least, counters: { udp: 3, tcp: 4 } }), lb)), 7)
})

dnsLb('who asked is told or not known, never nobody', async () => {
  const talkers = [{ address: '198.19.1.20', packets: 3, country: 'nowhere' }]
  assert.equal(await readTalkers(printing({ talkers }), lb), [{ address: '198.19.1.20', packets: 3 }])
  assert.match((await errorOf(readTalkers(printing({ callers: [] }), lb))).message, /talkers/)
})

dnsLb.run()
