import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checksFor } from '../../../../lib/dns/checks.ts'
import { type Finding, probe } from '../../../../lib/dns/probe.ts'
import { compileZones } from '../../../../lib/zones/compile.ts'
import { hosts, nsid, serial, withZoneFiles } from '../../zones/fixture.ts'
import { type Named, startNamed } from '../named.ts'
import { type Exchange, type Spoil, startSpoiled } from '../relay.ts'

const test = suite('lib/dns/checks/data')

const head = `$TTL 1h
@ SOA ns1.example.test. hostmaster.example.test. 0 7200 3600 1209600 300
  NS ns1.example.test.
  NS ns2.example.test.
`
const upTo = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('')

/** A label sequence that makes a name of exactly 255 octets together with `rest`, whose own octets on the wire are given. */
const longestName = (letter: string, restOctets: number): string =>
  [63, 63, 63, 255 - restOctets - 3 * 64 - 1].map((length) => letter.repeat(length)).join('.')

/** Valid zones whose answers do not fit into a datagram, or only just, or only in part. */
const files = {
  'example.test.zone': `${head}
${upTo(90, (i) => `pool A 198.51.100.${i + 1}`)}
www CNAME pool
${upTo(11, (i) => `c${i} CNAME c${i + 1}`)}
c11 CNAME-END
*.w CNAME pool
viawildcard CNAME x.w
moved DNAME elsewhere
${upTo(90, (i) => `pool.elsewhere A 198.51.100.${i + 1}`)}
viadname CNAME pool.moved
toolong DNAME ${'b'.repeat(63)}
viatoolong CNAME ${'a'.repeat(63)}.${'a'.repeat(63)}.${'a'.repeat(50)}.toolong
gone CNAME nowhere
*.small A 192.0.2.1
smallcut NS ns.elsewhere.invalid.
other CNAME pool.other.test.
intochild CNAME pool.child
child NS ns1.example.test.
cut NS ns.elsewhere.invalid.
${upTo(40, (i) => `cut NS n${i}.cut\nn${i}.cut A 192.0.2.${i + 1}\nn${i}.cut AAAA 2001:db8::${i + 1}`)}
viacut CNAME host.cut
${upTo(60, (i) => `hugecut NS n${i}.${'g'.repeat(40)}.hugecut\nn${i}.${'g'.repeat(40)}.hugecut A 192.0.2.${i + 1}`)}
viahugecut CNAME host.hugecut
${upTo(45, (i) => `sibling NS s${i}.farm\ns${i}.farm A 192.0.2.${i + 1}\ns${i}.farm AAAA 2001:db8::${i + 1}`)}
${upTo(10, (i) => `sibling NS n${i}.sibling\nn${i}.sibling A 192.0.2.${i + 1}`)}
${longestName('p', 14)} A 192.0.2.1
*.${longestName('q', 16)} A 192.0.2.1
${longestName('r', 14)} NS ns.elsewhere.invalid.
${upTo(60, (i) => `m MX ${i} m${i}\nm${i} A 192.0.2.${i + 1}\n_x._tcp SRV 0 ${i} 80 m${i}`)}
${upTo(90, (i) => `*.bigwild A 192.0.2.${i + 1}`)}
${upTo(71, (i) => `${'e'.repeat(10)} A 192.0.2.${i + 1}`)}
t TXT ${upTo(10, () => `"${'t'.repeat(200)}"`).replaceAll('\n', ' ')}
`.replace('c11 CNAME-END', 'c11 A 192.0.2.1'),
  'child.example.test.zone': `${head}${upTo(90, (i) => `pool A 198.51.100.${i + 1}`)}back CNAME pool.example.test.\n`,
  'other.test.zone': `${head}${upTo(90, (i) => `pool A 198.51.100.${i + 1}`)}www CNAME pool\n`,
}

const zones = await withZoneFiles(files, (folder) => compileZones({ folder, serial, hosts }))
const checks = checksFor(zones, { nsid, serial })
let named: Named

test.before(async () => {
  named = await startNamed(zones, { nsid })
})
test.after(() => named.stop())

test('a healthy BIND passes every check, however large its answers are', async () => {
  const findings = await probe([named.ipv4], checks)
  assert.equal(
    findings.filter(({ status }) => status !== 'ok').map(({ asked, got }) => `${asked}: ${got}`),
    [],
  )
  assert.is(findings.length, checks.length)
})

const tc = 0x0200

// The relay does not compress names, so what just fitted is too long behind it.
const isTooLongOnly = ({ got }: Finding): boolean => /^\d+ octets over UDP, at most 1232 were offered \[/.test(got)

const findFaults = async (spoil: Spoil): Promise<string[]> => {
  const relay = await startSpoiled(named.port, spoil)
  try {
    const data = checks.filter(({ id }) => ['rrsets', 'wildcard', 'below-cut'].includes(id))
    const findings = await probe([relay.target], data, { timeoutMs: 1000, tries: 2, concurrency: 4 })
    const failed = findings.filter((finding) => finding.status === 'failed' && !isTooLongOnly(finding))
    return failed.map(describe).sort()
  } finally {
    await relay.close()
  }
}

const describe = ({ transport, asked }: Finding): string => `${transport} ${asked.replaceAll(String(serial), 'N')}`

const truncate = ({ answer }: Exchange): void => {
  answer.flags = (answer.flags ?? 0) | tc
}

for (const question of [
  'www.example.test. A',
  'synthesised-N.bigwild.example.test. A',
  'below-N.cut.example.test. A',
  'pool.example.test. A',
]) {
  const isAsked = ({ question: asked }: Exchange): boolean =>
    `${asked.replace(String(serial), 'N').replace(' ', '. ')}` === question

  test(`${question}: TC=1 is right over UDP and a fault over TCP`, async () => {
    const faults = await findFaults((x) => {
      if (isAsked(x)) truncate(x)
    })
    assert.equal(faults, [`tcp ${question}`])
  })

  test(`${question}: a truncated answer that carries something wrong is a fault`, async () => {
    const faults = await findFaults((x) => {
      if (!isAsked(x) || x.transport === 'tcp') return
      truncate(x)
      const name = question.split('. ')[0] ?? ''
      const below = name.replace(/^below-[^.]*\./, '')
      x.answer.answers = name === below ? [{ type: 'A', name, ttl: 3600, data: '203.0.113.1' }] : []
      x.answer.authorities = name === below ? [] : [{ type: 'NS', name: below, ttl: 3600, data: 'ns.wrong.invalid' }]
      x.answer.additionals = x.answer.additionals.filter(({ type }) => type === 'OPT')
    })
    assert.equal(faults, [`udp ${question}`])
  })
}

test('TC=1 is a fault where the answer fits: of an alias, a wildcard, a delegation', async () => {
  const small = ['gone.example.test', 'c0.example.test', 'x.small.example.test', 'below-N.smallcut.example.test']
  const faults = await findFaults((x) => {
    const [name = ''] = x.question
      .replace(String(serial), 'N')
      .replace(/^synthesised-N/, 'x')
      .split(' ')
    if (small.includes(name) && x.question.endsWith(' A')) truncate(x)
  })
  assert.equal(
    faults.filter((fault) => fault.startsWith('udp')),
    [
      'udp below-N.smallcut.example.test. A',
      'udp c0.example.test. A',
      'udp gone.example.test. A',
      'udp synthesised-N.small.example.test. A',
    ],
  )
})

test('an alias whose target is missing over TCP, or wrong, is a fault', async () => {
  const missing = await findFaults((x) => {
    if (x.question === 'www.example.test A' && x.transport === 'tcp') x.answer.answers.splice(1)
  })
  assert.equal(missing, ['tcp www.example.test. A'])
  const wrong = await findFaults((x) => {
    if (x.question === 'other.example.test A')
      x.answer.answers.push({ type: 'A', name: 'pool.other.test', ttl: 3600, data: '203.0.113.1' })
  })
  assert.equal(wrong, ['tcp other.example.test. A', 'udp other.example.test. A'])
})

test('glue that is wrong is a fault, also where there is no room for all of it', async () => {
  const faults = await findFaults((x) => {
    if (!x.question.includes('.cut.example.test') || !x.question.startsWith('below-')) return
    for (const record of x.answer.additionals) if (record.type === 'A') record.data = '203.0.113.1'
  })
  assert.equal(faults, ['tcp below-N.cut.example.test. A', 'udp below-N.cut.example.test. A'])
})

test.run()
