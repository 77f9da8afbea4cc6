import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createFinding } from '../../../lib/dns/checks/finding.ts'
import { openPage } from '../../../lib/outside/listen.ts'
import type { CheckReport } from '../../../lib/report/check-dns.ts'
import { describeMetrics } from '../../../lib/tell/metrics.ts'
import { createPrometheusFile, createPrometheusPage } from '../../../lib/tell/prometheus.ts'
import { errorOf } from '../error-of.ts'
import { incidentAt, lookAt } from './incident.ts'

const test = suite('lib/tell/prometheus')

const folder = await mkdtemp(path.join(tmpdir(), 'prometheus-'))
test.after(() => rm(folder, { recursive: true, force: true }))

const options = { signal: new AbortController().signal }

const report = (server: string): CheckReport => {
  const place = { server, address: '192.0.2.10', transport: 'udp' } as const
  const texts = { asked: 'a question', expected: 'an answer', got: 'as expected', command: 'dig' }
  const finding = createFinding({ check: 'soa', status: 'ok', ...place, ...texts })
  return {
    findings: [{ ...finding, kind: 'lb', zone: 'example.test.' }],
    notes: [],
    unknown: [],
    isMoving: false,
    latencies: [{ kind: 'lb', server, address: '2001:db8::1', zone: 'example.test.', ms: 12.5 }],
    signatures: [{ server, address: '2001:db8::1', zone: 'example.test.', end: 1_790_000_000 }],
  }
}

const samplesOf = (text: string): readonly string[] => text.split('\n').filter((line) => /^[a-z]/.test(line))

test('a look as samples', async () => {
  const look = lookAt(1_790_000_000, { report: report('lb1'), open: [incidentAt(1, 'lb2')] })
  assert.equal(samplesOf(await describeMetrics(look)), [
    'dns_watch_last_look_timestamp_seconds 1790000000',
    'dns_watch_look_duration_seconds 1.5',
    'dns_watch_look_complete 1',
    'dns_watch_link_up 1',
    'dns_watch_operation_running 0',
    'dns_watch_incidents_open 1',
    'dns_watch_unknown 0',
    'dns_watch_wrong{server="lb2",family="ipv4",zone="example.test.",check="soa"} 1',
    'dns_watch_checks{server="lb1",family="ipv4",status="ok"} 1',
    'dns_watch_checks{server="lb1",family="ipv4",status="failed"} 0',
    'dns_watch_checks{server="lb1",family="ipv4",status="unknown"} 0',
    'dns_watch_answer_seconds{server="lb1",family="ipv6",zone="example.test."} 0.0125',
    'dns_watch_signature_end_timestamp_seconds{server="lb1",family="ipv6",zone="example.test."} 1790000000',
  ])
})

test('what could not be measured is counted, whether it was a check or never became one', async () => {
  const { findings, ...rest } = report('lb1')
  const unanswered = findings.map((finding) => ({ ...finding, status: 'unknown' as const }))
  const look = lookAt(1, { report: { ...rest, findings: unanswered, unknown: ['Nobody knows what ns2 must answer.'] } })
  assert.ok(samplesOf(await describeMetrics(look)).includes('dns_watch_unknown 2'))
})

test('a name with a backslash is escaped, and the text ends with a newline', async () => {
  const text = await describeMetrics(lookAt(1, { open: [incidentAt(1, 'lb1', 'a\\.b.test.')] }))
  assert.ok(text.includes('zone="a\\\\.b.test."'))
  assert.is(text.at(-1), '\n')
})

test('a look that was cut off has no checks, and says so', async () => {
  const samples = samplesOf(await describeMetrics(lookAt(1, { report: undefined })))
  assert.ok(samples.includes('dns_watch_look_complete 0'))
  assert.is(
    samples.some((line) => /^dns_watch_(checks|unknown)/.test(line)),
    false,
  )
})

test('the file is replaced, readable for everybody, and nothing is left beside it', async () => {
  const before = process.umask(0o077)
  const file = path.join(folder, 'dns.prom')
  const teller = await createPrometheusFile(file)
  await teller.looked(lookAt(1, { report: report('lb1') }), options)
  const { ino } = await stat(file)
  await teller.looked(lookAt(2, { report: report('lb2') }), options)
  process.umask(before)
  const after = await stat(file)
  assert.is(after.mode & 0o777, 0o644)
  assert.is.not(after.ino, ino)
  assert.equal(await readdir(folder), ['dns.prom'])
  const text = await readFile(file, 'utf8')
  assert.match(text, /^dns_watch_last_look_timestamp_seconds 2$/m)
  assert.is(text.includes('lb1'), false, 'series of what is gone are gone')
})

test('what cannot be a file for the collector is refused', async () => {
  for (const wrong of [path.join(folder, 'dns.txt'), path.join(folder, 'missing', 'dns.prom')])
    assert.match((await errorOf(createPrometheusFile(wrong))).message, /cannot be written/)
})

test('a page has nothing before the first look, and then the last one', async () => {
  const type = 'text/plain; version=0.0.4; charset=utf-8'
  const page = await openPage('127.0.0.1:0', { path: '/metrics', type })
  try {
    const get = (where: string, method = 'GET') => fetch(`${page.url}${where}`, { method })
    assert.is((await get('/metrics')).status, 503)
    await createPrometheusPage(page.show).looked(lookAt(5), options)
    const answer = await get('/metrics')
    assert.equal([answer.status, answer.headers.get('content-type')], [200, type])
    assert.match(await answer.text(), /^dns_watch_last_look_timestamp_seconds 5$/m)
    assert.is((await get('/')).status, 404)
    assert.is((await get('/metrics', 'POST')).status, 405)
    const taken = await errorOf(openPage(page.url.replace('http://', ''), { path: '/', type }))
    assert.match(taken.message, /EADDRINUSE/)
  } finally {
    await page.close()
  }
})

test('over IPv6 too, and nowhere without a port', async () => {
  const page = await openPage('[::1]:0', { path: '/', type: 'text/plain' })
  assert.match(page.url, /^http:\/\/\[::1\]:\d+$/)
  await page.close()
  for (const wrong of ['9353', ':9353', '[::1]', '127.0.0.1:99999'])
    assert.match((await errorOf(openPage(wrong, { path: '/', type: 'text/plain' }))).message, /not ADDRESS:PORT/)
})

test.run()
