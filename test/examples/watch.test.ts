import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCheckDnsCommand } from '../../lib/operations/check-dns.ts'
import { examplesFolder, readExample } from './expressions.ts'

const test = suite('examples/watch')

const folder = mkdtempSync(path.join(tmpdir(), 'units-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const units = readdirSync(examplesFolder).filter((name) => /\.(service|timer)$/.test(name))
const services = units.filter((name) => name.endsWith('.service'))

const analyze = (...args: readonly string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' })

const verify = (change: (text: string, unit: string) => string): string => {
  const files = units.map((unit) => path.join(folder, unit))
  for (const [index, unit] of units.entries()) {
    // node is elsewhere on some computers
    const text = readExample(unit).replace('/usr/bin/node ', `${process.execPath} `)
    writeFileSync(files[index] ?? '', change(text, unit))
  }
  const { stderr } = analyze('verify', '--man=no', ...files)
  return stderr
    .split('\n')
    .filter((line) => line.includes('check-dns'))
    .join('\n')
}

test('systemd takes the units, and would not if they were misspelt', () => {
  assert.equal(units, ['check-dns-watch.service', 'check-dns.service', 'check-dns.timer'])
  assert.is(
    verify((text) => text),
    '',
  )
  for (const unit of units) {
    const said = verify((text, one) => (one === unit ? text.replace(/^(OnCalendar|ExecStart)=/m, '$1s=') : text))
    assert.ok(said.includes(unit), unit)
  }
})

/** Of ten. A line may be worth less than its last digit, so what is open is compared too. */
const exposure = 1.9

const open = [
  'DeviceAllow=',
  'IPAddressDeny=',
  'MemoryDenyWriteExecute=',
  'PrivateMounts=',
  'PrivateNetwork=',
  'PrivateUsers=',
  'ProcSubset=',
  'ProtectProc=',
  'RestrictAddressFamilies=~AF_(INET|INET6)',
  'RestrictAddressFamilies=~AF_NETLINK',
  'RestrictAddressFamilies=~AF_UNIX',
  'RootDirectory=/RootImage=',
  'SystemCallFilter=~@privileged',
  'SystemCallFilter=~@resources',
  'UMask=',
]

/** What systemd finds open in a service. */
const openIn = (text: string): readonly string[] => {
  const file = path.join(folder, 'measured.service')
  writeFileSync(file, text)
  const { status, stdout, stderr } = analyze(
    'security',
    '--offline=yes',
    '--json=short',
    `--threshold=${exposure * 10}`,
    file,
  )
  if (status !== 0) return ['more than the threshold', stderr]
  const rows = JSON.parse(stdout) as readonly { readonly name: string; readonly exposure: string | null }[]
  return rows
    .filter((row) => row.exposure !== null)
    .map(({ name }) => name)
    .sort()
}

const hardening = (text: string): readonly string[] =>
  text
    .slice(text.indexOf('DynamicUser='))
    .split('\n')
    .filter((line) => /^[A-Z]\w+=/.test(line) && !line.startsWith('WantedBy'))

/** DynamicUser= has them in any case (systemd.exec(5)). */
const implied = /^(NoNewPrivileges|PrivateTmp|ProtectSystem|RestrictSUIDSGID)=/

for (const service of services) {
  test(`${service} is as closed as it was measured, and each line that is loosened is seen`, () => {
    const text = readExample(service)
    assert.equal(openIn(text), open)
    const lines = hardening(text).filter((line) => !implied.test(line))
    assert.ok(lines.length > 15)
    for (const line of lines) assert.is.not(openIn(text.replace(`\n${line}\n`, '\n')).join(), open.join(), line)
  })
}

test('a look and a watch are closed alike', () => {
  const [watch = '', look = ''] = services.map(readExample)
  assert.equal(hardening(watch), hardening(look))
})

for (const service of services) {
  test(`${service} starts the script with options that there are`, async () => {
    const [, words = ''] =
      /^ExecStart=\/usr\/bin\/node --import tsx scripts\/check-dns\.ts (.+)$/m.exec(readExample(service)) ?? []
    const command = createCheckDnsCommand()
    await command.parseAsync(words.split(' '), { from: 'user' })
    assert.ok((command.opts().watch ?? 0) > 0)
  })
}

test.run()
