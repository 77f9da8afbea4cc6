import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeMetrics } from '../../lib/tell/metrics.ts'
import { incidentAt, lookAt } from '../lib/tell/incident.ts'

const test = suite('examples/watch')

const folder = path.resolve(import.meta.dirname, '../../examples/watch')
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8')

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined

test(`the service is one${has('systemd-analyze') ? '' : ' (not verified: systemd-analyze is not here)'}`, () => {
  const service = read('check-dns-watch.service')
  assert.ok(service.includes('/usr/bin/node '))
  if (!has('systemd-analyze')) return
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

test('alerts ask for metrics and labels that there are', async () => {
  const text = await describeMetrics(lookAt(1, { open: [incidentAt(1)] }))
  const rules = read('alerts.yml')
  const metrics = [...rules.matchAll(/\bdns_watch_\w+/g)].map(([name]) => name)
  assert.ok(metrics.length >= 4)
  for (const name of metrics) assert.match(text, new RegExp(`^# TYPE ${name} gauge$`, 'm'))
  for (const [, label] of rules.matchAll(/\$labels\.(\w+)/g)) assert.ok(text.includes(`${label}="`), label)
})

test(`Prometheus takes the rules${has('promtool') ? '' : ' (not verified: promtool is not here)'}`, () => {
  const rules = read('alerts.yml')
  assert.match(rules, /^groups:$/m)
  if (!has('promtool')) return
  const { status, stdout } = spawnSync('promtool', ['check', 'rules', path.join(folder, 'alerts.yml')], {
    encoding: 'utf8',
  })
  assert.is(status, 0, stdout)
  assert.match(stdout, /4 rules found/)
})

test.run()
