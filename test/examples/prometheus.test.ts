import { spawnSync } from 'node:child_process'
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeMetrics } from '../../lib/tell/metrics.ts'
import { createPrometheusFile } from '../../lib/tell/prometheus.ts'
import { incidentAt, lookAt } from '../lib/tell/incident.ts'
import { startDaemon } from './daemon.ts'
import { dashboardExpressions, examplesFolder, readExample } from './expressions.ts'

const test = suite('examples/prometheus')

const folder = await mkdtemp(path.join(tmpdir(), 'prometheus-'))
test.after(() => rm(folder, { recursive: true, force: true }))

const promtool = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' })
  return { status, said: `${stdout}${stderr}` }
}

/** The rules and what is expected of them, with another text for some of the rules. */
const testRules = async (change: (rules: string) => string) => {
  await writeFile(path.join(folder, 'alerts.yml'), change(readExample('alerts.yml')))
  await copyFile(path.join(examplesFolder, 'alerts.test.yml'), path.join(folder, 'alerts.test.yml'))
  return promtool('test', 'rules', 'alerts.test.yml')
}

test('Prometheus takes the rules', () => {
  const { status, said } = promtool('check', 'rules', path.join(examplesFolder, 'alerts.yml'))
  assert.is(status, 0, said)
  assert.match(said, /5 rules found/)
})

test('the rules say what they have to, and when', async () => {
  const { status, said } = await testRules((rules) => rules)
  assert.is(status, 0, said)
})

test('every alert is expected of the rules, every label of it and every metric', async () => {
  const rules = readExample('alerts.yml')
  const words = [/\$labels\.\w+/g, /\bdns_watch_\w+/g, /summary: .+/g, /for: 10m/g].flatMap((pattern) =>
    [...rules.matchAll(pattern)].map(({ 0: word, index }) => ({ word, end: index + word.length })),
  )
  assert.ok(words.length > 12)
  for (const { word, end } of words) {
    const { status } = await testRules(() => `${rules.slice(0, end).replace(/'$/, '')}s${rules.slice(end)}`)
    assert.is.not(status, 0, `${word} may be misspelt`)
  }
})

test('alerts and dashboard ask for metrics that there are, in expressions that can be', async () => {
  const text = await describeMetrics(lookAt(1, { open: [incidentAt(1)] }))
  const names = [...text.matchAll(/^# TYPE (\w+) gauge$/gm)].map(([, name]) => name)
  const asked = [readExample('alerts.yml'), ...dashboardExpressions()].flatMap(
    (one) => one.match(/\bdns_watch_\w+/g) ?? [],
  )
  assert.ok(asked.length > 10)
  for (const name of asked) assert.ok(names.includes(name), name)
  const rules = dashboardExpressions().map((expr, index) => ({ record: `panel_${index}`, expr }))
  // JSON is YAML
  await writeFile(path.join(folder, 'panels.yml'), JSON.stringify({ groups: [{ name: 'panels', rules }] }))
  const { status, said } = promtool('check', 'rules', 'panels.yml')
  assert.is(status, 0, said)
  assert.match(said, new RegExp(`${rules.length} rules found`))
})

/** Of nobody, where we may become that. */
const otherId = process.getuid?.() === 0 ? 65_534 : undefined

test('node_exporter reads the file as another user, whatever the umask of who writes it', async () => {
  const collected = path.join(folder, 'collected')
  const file = path.join(await mkdtemp(collected), 'dns.prom')
  for (const part of [folder, path.dirname(file)]) await chmod(part, 0o755)
  const before = process.umask(0o077)
  try {
    const teller = await createPrometheusFile(file)
    const open = [incidentAt(1, 'lb1', 'a\\.b.test.')]
    await teller.looked(lookAt(1_790_000_000, { open }), { signal: new AbortController().signal })
  } finally {
    process.umask(before)
  }
  const exporter = await startDaemon(
    'prometheus-node-exporter',
    ['--collector.disable-defaults', '--collector.textfile', `--collector.textfile.directory=${path.dirname(file)}`],
    { id: otherId },
  )
  try {
    const scrape = async (): Promise<string> => (await fetch(`${exporter.url}/metrics`)).text()
    const text = await scrape()
    assert.match(text, /^node_textfile_scrape_error 0$/m)
    assert.match(text, /^dns_watch_last_look_timestamp_seconds 1\.79e\+09$/m)
    assert.match(text, /^dns_watch_wrong\{check="soa",family="ipv4",server="lb1",zone="a\\\\\.b\.test\."\} 1$/m)
    const ours = [...(await readFile(file, 'utf8')).matchAll(/^dns_watch_\w+/gm)].map(([name]) => name)
    assert.ok(ours.length > 5)
    for (const name of ours) assert.match(text, new RegExp(`^${name}[ {]`, 'm'))
    // that an error would be seen
    await writeFile(file, 'dns_watch_wrong{zone="a\\.b"} 1\n')
    assert.match(await scrape(), /^node_textfile_scrape_error 1$/m)
  } finally {
    await exporter.stop()
  }
})

test.run()
