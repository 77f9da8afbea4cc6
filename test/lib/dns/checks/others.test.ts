import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkIds, checkTexts } from '../../../../lib/dns/checks/check.ts'
import { explanations } from '../../../../lib/dns/checks/explain.ts'
import { resolverChecks } from '../../../../lib/dns/checks/resolver.ts'
import { compareWays, recordAnswers } from '../../../../lib/dns/checks/same-answers.ts'
import { judgeSpread } from '../../../../lib/dns/checks/spread.ts'
import { checksFor } from '../../../../lib/dns/checks.ts'
import { type Finding, probe } from '../../../../lib/dns/probe.ts'
import type { Target } from '../../../../lib/dns/query.ts'
import { authorityOf } from '../../../../lib/zones/authority.ts'
import { compileFixture, nsid, serial } from '../../zones/fixture.ts'
import { type Named, startNamed } from '../named.ts'
import { type Spoil, startSpoiled } from '../relay.ts'

const test = suite('lib/dns/checks/others')

const zones = await compileFixture()
let named: Named
/** It has the zones itself, and nobody to ask about others. */
let resolver: Named

test.before(async () => {
  const extra = `recursion yes; allow-recursion { any; }; forward only; forwarders { 127.0.0.1 port 9; };`
  named = await startNamed(zones, { nsid })
  resolver = await startNamed(zones, { nsid, extra })
})
test.after(async () => {
  await Promise.all([named.stop(), resolver.stop()])
})

const asked = { timeoutMs: 1000, tries: 2, concurrency: 4 }

const withSpoiled = async <T>(server: Named, spoil: Spoil, use: (target: Target) => Promise<T>): Promise<T> => {
  const relay = await startSpoiled(server.port, spoil)
  try {
    return await use(relay.target)
  } finally {
    await relay.close()
  }
}

const throughResolver = (target: Target): Promise<Finding[]> =>
  probe([target], resolverChecks(zones.map((zone) => authorityOf(zone, zones))), asked)

const failedIn = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter(({ status }) => status === 'failed')
    .map((one) => `${one.asked} ${one.transport}: ${one.got.split(' [')[0]}`)

test('a resolver that has all of it passes, an older serial and younger TTLs too', async () => {
  const age: Spoil = ({ answer }) => {
    for (const record of answer.answers) {
      if (record.type !== 'OPT') record.ttl = Math.max(0, (record.ttl ?? 0) - 7)
      if (record.type === 'SOA') record.data.serial = serial - 100
    }
  }
  const findings = await withSpoiled(resolver, age, throughResolver)
  assert.equal(
    findings.filter(({ status }) => status !== 'ok'),
    [],
  )
  assert.ok(findings.length > 40)
})

for (const [title, spoil, expected] of [
  [
    'it is no resolver',
    (x) => {
      if (x.question === 'mail.example.test A') x.answer.flags = (x.answer.flags ?? 0) & ~0x0080
    },
    /^mail\.example\.test\. A, recursion desired udp: no recursion available/,
  ],
  [
    'it fails, as a validating one does',
    (x) => {
      if (x.question === 'mail.example.test A') {
        x.answer.flags = (x.answer.flags ?? 0) | 2
        x.answer.answers = []
      }
    },
    /udp: SERVFAIL instead of NOERROR$/,
  ],
  [
    'a record is missing',
    (x) => {
      if (x.question === 'example.test MX') x.answer.answers.pop()
    },
    /udp: missing: MX /,
  ],
  [
    'a record is another one',
    (x) => {
      for (const record of x.answer.answers)
        if (x.question === 'mail.example.test A' && record.type === 'A') record.data = '192.0.2.99'
    },
    /udp: missing: A 192\.0\.2\.2; not in the zone: A 192\.0\.2\.99$/,
  ],
  [
    'a TTL is more than ours',
    (x) => {
      for (const record of x.answer.answers)
        if (x.question === 'mail.example.test A' && record.type === 'A') record.ttl = 99_999
    },
    /udp: TTL 99999, more than 3600$/,
  ],
] satisfies readonly (readonly [string, Spoil, RegExp])[]) {
  test(`resolver: ${title}`, async () => {
    const failed = failedIn(await withSpoiled(resolver, spoil, throughResolver))
    assert.is(failed.length, 2, failed.join('\n'))
    assert.match(failed[0] ?? '', expected)
  })
}

const compare = async (through: Target): Promise<readonly Finding[]> => {
  const checks = checksFor(zones, { nsid, serial })
  let judged = 0
  const { recording, recordOf } = recordAnswers(checks, () => {
    judged += 1
  })
  await probe([named.ipv4, through], recording, asked)
  assert.ok(judged > checks.length)
  return compareWays(checks, recordOf(through), [recordOf(named.ipv4)])
}

const statuses = (findings: readonly Finding[]) => findings.map(({ transport, status }) => `${transport} ${status}`)

test('direct-lb: what is only passed on is equal, in whatever order', async () => {
  const reverse: Spoil = ({ answer }) => void answer.answers.reverse()
  assert.equal(statuses(await withSpoiled(named, reverse, compare)), ['udp ok', 'tcp ok'])
})

test('direct-lb: one answer that is changed on the way over UDP', async () => {
  const change: Spoil = (x) => {
    for (const record of x.answer.answers)
      if (x.question === 'mail.example.test A' && x.transport === 'udp' && record.type === 'A')
        record.data = '192.0.2.99'
  }
  const findings = await withSpoiled(named, change, compare)
  assert.equal(statuses(findings), ['udp failed', 'tcp ok'])
  assert.match(findings[0]?.expected ?? '', /^as ns1 answers itself: .*192\.0\.2\.2;/)
  assert.match(findings[0]?.got ?? '', /192\.0\.2\.99/)
  assert.match(findings[0]?.command ?? '', /^dig @127\.0\.0\.1 .*'mail\.example\.test\.' A$/)
})

test('direct-lb: what neither answers is not known', () => {
  const checks = checksFor(zones, { nsid, serial })
  const { recordOf } = recordAnswers(checks, () => undefined)
  const nobody = { name: 'lb1', address: '127.0.0.1', port: 9 }
  assert.equal(statuses(compareWays(checks, recordOf(nobody), [recordOf(named.ipv4)])), ['udp unknown', 'tcp unknown'])
})

const place = (location: string, ...addresses: readonly string[]) => ({ host: `ns.${location}.`, location, addresses })

for (const [title, places, status] of [
  ['one nameserver', [place('fsn1', '198.18.1.1')], 'failed'],
  [
    'two in one location and one network',
    [place('fsn1', '198.18.1.1', '2001:2::1'), place('fsn1', '198.18.1.2')],
    'failed',
  ],
  ['two locations', [place('fsn1', '198.18.1.1'), place('hel1', '198.18.1.2')], 'ok'],
  ['one location, two networks', [place('fsn1', '198.18.1.1'), place('fsn1', '198.18.2.1')], 'ok'],
] as const) {
  test(`spread: ${title}`, () => assert.is(judgeSpread(places).status, status))
}

test('every check is explained, in sentences that stand alone', () => {
  assert.equal(Object.keys(explanations).sort(), [...checkIds].sort())
  for (const id of checkIds) {
    assert.match(explanations[id].why, /\.$/, id)
    assert.match(explanations[id].dig, /^dig /, id)
    assert.match(checkTexts[id].hint, /[.?]$/, id)
  }
})

test.run()
