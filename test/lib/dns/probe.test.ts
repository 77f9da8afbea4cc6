import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { createCheck } from '../../../lib/dns/checks/check.ts'
import { checksFor } from '../../../lib/dns/checks.ts'
import { describeFinding, type Finding, probe, summarizeFindings } from '../../../lib/dns/probe.ts'
import { compileFixture, nsid, serial } from '../zones/fixture.ts'
import { type Named, startNamed } from './named.ts'
import { type Behaviour, forward, startServer, startSpoiled } from './relay.ts'

const test = suite('lib/dns/probe')

const zones = await compileFixture()
const checks = checksFor(zones, { nsid, serial })
let named: Named

const probeServer = async (behave: Behaviour, timeoutMs = 60): Promise<Finding[]> => {
  const server = await startServer(behave)
  const findings = await probe([server.target], checks, { timeoutMs })
  await server.close()
  return findings
}

test.before(async () => {
  named = await startNamed(zones, { nsid })
})
test.after(() => named.stop())

test('a silent server fails the reachability check; of its data nothing is known, and it is not asked on', async () => {
  let asked = 0
  const findings = await probeServer(() => {
    asked++
    return null
  })
  assert.equal([...new Set(findings.filter(({ status }) => status === 'failed').map(({ check }) => check))], ['soa'])
  assert.equal(summarizeFindings(findings), { ok: 0, failed: 2, unknown: checks.length - 2 })
  assert.is(asked, 2 * 3)
})

test('a server without TCP fails there and is judged by UDP', async () => {
  const findings = await probeServer(
    (asked, transport) => (transport === 'tcp' ? 'close' : forward(asked, 'udp', named.port)),
    1000,
  )
  assert.equal(
    findings.filter(({ transport, status }) => transport === 'udp' && status !== 'ok'),
    [],
  )
  assert.equal(
    findings.filter(({ transport, status }) => transport === 'tcp' && status === 'ok'),
    [],
  )
})

test('an answer lost twice is found on the third try', async () => {
  const lost = new Map<string, number>()
  const relay = await startSpoiled(named.port, ({ question, transport }) => {
    if (question !== 'mail.example.test A' || transport === 'tcp') return undefined
    lost.set(question, (lost.get(question) ?? 0) + 1)
    return (lost.get(question) ?? 0) < 3 ? null : undefined
  })
  const findings = await probe([relay.target], checks, { timeoutMs: 300, concurrency: 4 })
  await relay.close()
  assert.is(lost.get('mail.example.test A'), 3)
  assert.equal(
    findings.filter(({ status }) => status !== 'ok'),
    [],
  )
})

test('data that never comes is unknown, not failed and not ok', async () => {
  const relay = await startSpoiled(named.port, ({ question }) =>
    question === 'mail.example.test A' ? null : undefined,
  )
  const findings = await probe([relay.target], checks, { timeoutMs: 200, concurrency: 4 })
  await relay.close()
  const bad = findings.filter(({ status }) => status !== 'ok')
  assert.equal(
    bad.map(({ check, status, transport }) => [check, status, transport]),
    [
      ['rrsets', 'unknown', 'udp'],
      ['rrsets', 'unknown', 'tcp'],
    ],
  )
})

for (const [title, behave, got] of [
  ['garbage', (asked) => Buffer.concat([asked.subarray(0, 12), Buffer.from('garbage')]), /malformed answer/],
  [
    'wrong ids',
    (asked) => Buffer.concat([Buffer.from([asked.readUInt8(0) ^ 1]), asked.subarray(1)]),
    /another id|no answer over TCP/,
  ],
] as const satisfies readonly (readonly [string, Behaviour, RegExp])[]) {
  test(`${title}: failed, and said so`, async () => {
    const findings = await probeServer(behave)
    const soa = findings.filter(({ check }) => check === 'soa')
    for (const finding of soa.slice(0, 2)) {
      assert.is(finding.status, 'failed')
      assert.match(finding.got, got)
    }
    assert.is(summarizeFindings(findings).ok, 0)
  })
}

test('many servers are asked at once, each under its name', async () => {
  const targets = [named.ipv4, named.ipv6, { ...named.ipv4, name: 'lb1' }]
  const findings = await probe(targets, checks)
  assert.equal(summarizeFindings(findings), { ok: 3 * checks.length, failed: 0, unknown: 0 })
  assert.equal(
    [...new Set(findings.map(({ server, address }) => `${server} ${address}`))],
    ['ns1 127.0.0.1', 'ns1 ::1', 'lb1 127.0.0.1'],
  )
})

const manyChecks = (transport: 'udp' | 'tcp') =>
  Array.from({ length: 900 }, (_, i) =>
    createCheck({
      id: 'rrsets',
      questions: [{ name: `n${i}.example.test.`, type: 'A', transport }],
      expected: () => 'any answer',
      judge: () => [],
    }),
  )

const answerAfter = async (ms: number, asked: Buffer): Promise<Buffer> => {
  await systemClock.sleep(ms)
  const answer = Buffer.from(asked)
  answer.writeUInt8(0x84, 2)
  return answer
}

for (const [transport, most] of [
  ['udp', { first: 32, later: 32 }],
  ['tcp', { first: 32, later: 128 }],
] as const) {
  test(`over ${transport.toUpperCase()}, ${most.later} questions at most are open at a time, and ${most.first} in the beginning`, async () => {
    let [open, received] = [0, 0]
    const seen = { first: 0, later: 0 }
    const server = await startServer(async (asked) => {
      received += 1
      open += 1
      const phase = received <= 32 ? 'first' : 'later'
      seen[phase] = Math.max(seen[phase], open)
      const answer = await answerAfter(30, asked)
      open -= 1
      return answer
    })
    const findings = await probe([server.target], manyChecks(transport))
    await server.close()
    assert.equal(summarizeFindings(findings), { ok: 900, failed: 0, unknown: 0 })
    assert.equal(seen, most)
  })
}

test('a server that ends its TCP connections every now and then is asked everything nevertheless', async () => {
  let received = 0
  const server = await startServer((asked) => (++received % 100 === 0 ? 'close' : answerAfter(1, asked)))
  const findings = await probe([server.target], manyChecks('tcp'))
  await server.close()
  assert.equal(summarizeFindings(findings), { ok: 900, failed: 0, unknown: 0 })
})

test('an aborted probe rises', async () => {
  const abort = new AbortController()
  abort.abort(new Error('interrupted'))
  try {
    await probe([named.ipv4], checks, { signal: abort.signal })
    assert.unreachable()
  } catch (error) {
    assert.match(String(error), 'interrupted')
  }
})

test('a finding says what was asked, expected and got, why, and how to see it oneself', async () => {
  const relay = await startSpoiled(named.port, ({ question, answer }) => {
    if (question === 'example.test MX') answer.answers.pop()
    return undefined
  })
  const findings = await probe([relay.target], checks, { concurrency: 4 })
  await relay.close()
  const finding = findings.find(({ status, transport }) => status === 'failed' && transport === 'tcp')
  const { port } = relay.target
  const lines = finding ? describeFinding(finding).split('\n') : []
  assert.is(lines[0], `rrsets failed: ns1 (127.0.0.1 port ${port}, TCP) was asked example.test. MX`)
  assert.is(lines[1], 'expected: example.test. 3600 MX 10 mail.example.test. | 20 mail2.elsewhere.invalid.')
  assert.match(lines[2] ?? '', /^got: missing: MX \d+ \S+ \[NOERROR, authoritative, example\.test\. 3600 MX /)
  assert.is(lines[3], 'see: RFC 2181 §5, §5.2')
  assert.match(lines[4] ?? '', /^do: /)
  assert.is(lines[5], `try: dig @127.0.0.1 -p ${port} +norecurse +tcp +nsid +bufsize=1232 +nocookie 'example.test.' MX`)
})

test.run()
