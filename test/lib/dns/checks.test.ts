import type { Answer, OptAnswer } from 'dns-packet'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checksFor } from '../../../lib/dns/checks.ts'
import { type Finding, probe } from '../../../lib/dns/probe.ts'
import type { Target } from '../../../lib/dns/query.ts'
import { compileFixture, nsid, serial } from '../zones/fixture.ts'
import { type Named, startNamed } from './named.ts'
import { type Exchange, type Spoil, startServer, startSpoiled } from './relay.ts'

const test = suite('lib/dns/checks')

const zones = await compileFixture()
const checks = checksFor(zones, { nsid, serial })
let named: Named

const ask = (target: Target): Promise<Finding[]> =>
  probe([target], checks, { timeoutMs: 1000, tries: 2, concurrency: 4 })

const failedIds = (findings: readonly Finding[]): string[] =>
  [...new Set(findings.filter(({ status }) => status === 'failed').map(({ check }) => check))].sort()

const withSpoiled = async <T>(spoil: Spoil, use: (findings: readonly Finding[]) => T): Promise<T> => {
  const relay = await startSpoiled(named.port, spoil)
  try {
    return use(await ask(relay.target))
  } finally {
    await relay.close()
  }
}

const optOf = ({ answer }: Exchange): OptAnswer | undefined =>
  answer.additionals.find((record): record is OptAnswer => record.type === 'OPT')

const isAbout = (exchange: Exchange, ...questions: string[]): boolean => questions.includes(exchange.question)

const setTtl = (records: readonly Answer[], ttl: number): void => {
  for (const record of records) if (record.type !== 'OPT') record.ttl = ttl
}
const setRcode = ({ answer }: Exchange, rcode: number): void => {
  answer.flags = ((answer.flags ?? 0) & ~0xf) | rcode
}
const aa = 0x0400
const tc = 0x0200
const ra = 0x0080

test.before(async () => {
  named = await startNamed(zones, { nsid })
})
test.after(() => named.stop())

test('the real BIND passes every check, over IPv4 and IPv6', async () => {
  const findings = await probe([named.ipv4, named.ipv6], checks)
  assert.equal(
    findings.filter(({ status }) => status !== 'ok'),
    [],
  )
  assert.is(findings.length, 2 * checks.length)
})

test('every check is asked, and those of data over UDP and TCP', () => {
  const transports = (id: string) =>
    [...new Set(checks.filter((check) => check.id === id).map(({ transport }) => transport))].sort()
  for (const id of [
    'soa',
    'serial',
    'nsid',
    'no-ra',
    'rrsets',
    'wildcard',
    'absent',
    'below-cut',
    'foreign',
    'case',
    'unknown-type',
  ])
    assert.equal(transports(id), ['tcp', 'udp'], id)
  for (const id of ['source', 'edns', 'edns-version', 'edns-option', 'edns-flag', 'opcode'])
    assert.equal(transports(id), ['udp'], id)
  for (const id of ['no-transfer', 'tcp', 'version']) assert.equal(transports(id), ['tcp'], id)
})

test('the same zones give the same checks', () => {
  const plain = (list: typeof checks) =>
    list.map(({ id, transport, asked, expected }) => ({ id, transport, asked: asked(), expected: expected() }))
  assert.equal(plain(checksFor(zones, { nsid, serial })), plain(checks))
})

test('a server that only passes messages on passes every check', async () => {
  const findings = await withSpoiled(
    () => undefined,
    (found) => found,
  )
  assert.equal(
    findings.filter(({ status }) => status !== 'ok'),
    [],
  )
})

const withSoa = ['absent', 'case', 'edns-flag', 'edns-option', 'no-ra', 'rrsets', 'source', 'tcp', 'unknown-type']
const everyId = [...new Set(checks.map(({ id }) => id))].sort()

const spoils: readonly (readonly [string, Spoil, readonly string[]])[] = [
  [
    'SOA missing',
    (x) => {
      if (isAbout(x, 'example.test SOA')) x.answer.answers = []
    },
    ['case', 'edns-flag', 'edns-option', 'no-ra', 'rrsets', 'serial', 'soa', 'source', 'tcp'],
  ],
  [
    'two SOA records',
    (x) => {
      if (isAbout(x, 'example2.test SOA')) x.answer.answers.push(...x.answer.answers)
    },
    ['rrsets', 'soa'],
  ],
  [
    'not authoritative for one name',
    (x) => {
      if (isAbout(x, 'mail.example.test A')) x.answer.flags = (x.answer.flags ?? 0) & ~aa
    },
    ['rrsets'],
  ],
  [
    'an older serial',
    (x) => {
      for (const record of [...x.answer.answers, ...x.answer.authorities])
        if (record.type === 'SOA') record.data.serial = serial - 1
    },
    [...withSoa, 'serial'].sort(),
  ],
  [
    'one record of an RRset missing',
    (x) => {
      if (isAbout(x, 'example.test MX')) x.answer.answers.pop()
    },
    ['rrsets'],
  ],
  [
    'a record too many',
    (x) => {
      if (isAbout(x, 'mail.example.test A'))
        x.answer.answers.push({ type: 'A', name: 'mail.example.test', ttl: 3600, data: '192.0.2.99' })
    },
    ['rrsets'],
  ],
  [
    'a record of another name in the answer',
    (x) => {
      if (isAbout(x, 'mail.example.test A'))
        x.answer.answers.push({ type: 'A', name: 'example.test', ttl: 3600, data: '192.0.2.1' })
    },
    ['rrsets'],
  ],
  [
    'another address',
    (x) => {
      for (const record of x.answer.answers)
        if (record.type === 'A' && isAbout(x, 'mail.example.test A')) record.data = '192.0.2.3'
    },
    ['rrsets'],
  ],
  [
    'another TTL',
    (x) => {
      if (isAbout(x, 'mail.example.test TXT')) setTtl(x.answer.answers, 3599)
    },
    ['rrsets'],
  ],
  [
    'the alias without itself',
    (x) => {
      if (isAbout(x, 'www.example.test A')) x.answer.answers.shift()
    },
    ['rrsets'],
  ],
  [
    'truncated though it fits',
    (x) => {
      if (isAbout(x, 'mail.example.test A')) x.answer.flags = (x.answer.flags ?? 0) | tc
    },
    ['rrsets'],
  ],
  [
    'an RRset missing',
    (x) => {
      if (isAbout(x, 'generic.example.test UNKNOWN_65280')) {
        x.answer.answers = []
        setRcode(x, 3)
      }
    },
    ['rrsets'],
  ],
  [
    'no wildcard',
    (x) => {
      if (x.question.startsWith('synthesised-')) {
        x.answer.answers = []
        setRcode(x, 3)
      }
    },
    ['wildcard'],
  ],
  [
    'names made up',
    (x) => {
      if (x.question.startsWith('absent-')) setRcode(x, 0)
    },
    ['absent'],
  ],
  [
    'denials with another TTL',
    (x) => {
      const soas = x.answer.authorities.filter(({ type }) => type === 'SOA')
      setTtl(soas, 3600)
    },
    ['absent', 'unknown-type'],
  ],
  [
    'an empty non-terminal denied',
    (x) => {
      if (isAbout(x, 'ent.example.test A')) setRcode(x, 3)
    },
    ['absent'],
  ],
  [
    'denials without SOA',
    (x) => {
      if (x.question.startsWith('absent-')) x.answer.authorities = []
    },
    ['absent'],
  ],
  [
    'authoritative below a cut',
    (x) => {
      if (x.question.startsWith('below-')) x.answer.flags = (x.answer.flags ?? 0) | aa
    },
    ['below-cut'],
  ],
  [
    'a referral without glue',
    (x) => {
      if (x.question.startsWith('below-'))
        x.answer.additionals = x.answer.additionals.filter(({ type }) => type === 'OPT')
    },
    ['below-cut'],
  ],
  [
    'a referral to somebody else',
    (x) => {
      for (const record of x.answer.authorities) if (record.type === 'NS') record.data = 'ns.wrong.invalid'
    },
    ['below-cut'],
  ],
  [
    'recursion available',
    (x) => {
      x.answer.flags = (x.answer.flags ?? 0) | ra
    },
    everyId,
  ],
  [
    'an upward referral',
    (x) => {
      if (!isAbout(x, 'foreign.invalid A')) return
      setRcode(x, 0)
      x.answer.authorities = [{ type: 'NS', name: '.', ttl: 3600, data: 'a.root-servers.invalid' }]
    },
    ['foreign'],
  ],
  [
    'TCP connections closed after each answer',
    (x) => {
      if (x.transport === 'tcp' && !x.question.endsWith('XFR') && x.asked.questions[0]?.type === 'NS') return 'close'
    },
    ['tcp'],
  ],
  [
    'no EDNS',
    (x) => {
      x.answer.additionals = x.answer.additionals.filter(({ type }) => type !== 'OPT')
    },
    ['edns', 'edns-flag', 'edns-option', 'edns-version', 'nsid'],
  ],
  [
    'TC never set',
    (x) => {
      x.answer.flags = (x.answer.flags ?? 0) & ~tc
    },
    ['rrsets', 'truncation'],
  ],
  [
    'EDNS version 1 believed',
    (x) => {
      const opt = optOf(x)
      if (opt) opt.extendedRcode = 0
    },
    ['edns-version'],
  ],
  [
    'unknown option repeated',
    (x) => {
      const opt = optOf(x)
      const unknown = x.asked.additionals
        .flatMap((record) => (record.type === 'OPT' ? record.options : []))
        .filter(({ code }) => (code as number) === 100)
      opt?.options.push(...unknown)
    },
    ['edns-option'],
  ],
  [
    'unknown flag repeated',
    (x) => {
      const opt = optOf(x)
      for (const record of x.asked.additionals) if (record.type === 'OPT' && opt) opt.flags = record.flags
    },
    ['edns-flag'],
  ],
  [
    'no NSID',
    (x) => {
      const opt = optOf(x)
      if (opt) opt.options = []
    },
    ['nsid'],
  ],
  [
    'another NSID',
    (x) => {
      for (const option of optOf(x)?.options ?? []) Object.assign(option, { data: Buffer.from('ns1.1') })
    },
    // BIND puts no NSID into a BADVERS.
    everyId.filter((id) => id !== 'edns-version'),
  ],
  [
    'unknown types not implemented',
    (x) => {
      if (isAbout(x, 'example.test UNKNOWN_65280')) setRcode(x, 4)
    },
    ['unknown-type'],
  ],
  ['unknown types swallowed', (x) => (isAbout(x, 'example.test UNKNOWN_65280') ? null : undefined), ['unknown-type']],
  [
    'unknown opcode answered',
    (x) => {
      if ((((x.asked.flags ?? 0) >> 11) & 0xf) === 15) setRcode(x, 5)
    },
    ['opcode'],
  ],
  [
    'the spelling not kept',
    (x) => {
      for (const question of x.answer.questions) question.name = question.name.toLowerCase()
    },
    ['case'],
  ],
  [
    'a version told',
    (x) => {
      for (const record of x.answer.answers)
        if (record.type === 'TXT' && isAbout(x, 'version.bind TXT')) record.data = '9.18.1'
    },
    ['version'],
  ],
]

const spoiled = new Map<string, readonly string[]>()

test('every spoiled server is asked, eight at a time', async () => {
  await Promise.all(
    spoils.map(([title, spoil]) => withSpoiled(spoil, (findings) => spoiled.set(title, failedIds(findings)))),
  )
  assert.is(spoiled.size, spoils.length)
})

for (const [title, , expected] of spoils) {
  test(`${title}: found, and nothing else is blamed`, () => assert.equal(spoiled.get(title), [...expected].sort()))
}

test('answers longer than was offered are found', async () => {
  const relay = await startServer(async (asked) => (await import('./relay.ts')).forward(asked, 'tcp', named.port))
  const findings = await ask(relay.target)
  await relay.close()
  assert.equal(failedIds(findings), ['edns', 'rrsets', 'truncation'])
})

test('an open zone transfer is found, on the real BIND', async () => {
  const open = await startNamed(zones, { nsid, extra: 'recursion no; allow-transfer { any; };' })
  const findings = await ask(open.ipv4)
  await open.stop()
  assert.equal(failedIds(findings), ['no-transfer'])
})

test('a server that closes the connection on a transfer is right too', () =>
  withSpoiled(
    ({ question }) => (question.endsWith('XFR') ? 'close' : undefined),
    (findings) => assert.equal(failedIds(findings), []),
  ))

test('an answer from another port is found by the one check that can see it', async () => {
  const { createSocket } = await import('node:dgram')
  const { forward } = await import('./relay.ts')
  const other = createSocket('udp4')
  const door = createSocket('udp4')
  door.on('message', async (asked, { port, address }) =>
    other.send(await forward(asked, 'udp', named.port), port, address),
  )
  await new Promise<void>((resolve) => door.bind(0, '127.0.0.1', () => resolve()))
  const source = checks.filter(({ id, transport }) => (id === 'source' || id === 'soa') && transport === 'udp')
  const target = { name: 'ns1', address: '127.0.0.1', port: door.address().port }
  const findings = await probe(
    [target],
    source.filter(({ id }) => id === 'source'),
    { timeoutMs: 250 },
  )
  const silent = await probe(
    [target],
    source.filter(({ id }) => id === 'soa'),
    { timeoutMs: 100, tries: 1 },
  )
  door.close()
  other.close()
  assert.equal(failedIds(findings), ['source'])
  assert.match(findings[0]?.got ?? '', /came from 127\.0\.0\.1 port/)
  assert.equal(failedIds(silent), ['soa'])
})

test('each identity of a list may answer', async () => {
  const either = checksFor(zones, { nsid: ['ns1.1', nsid], serial })
  assert.equal(failedIds(await probe([named.ipv4], either)), [])
})

test('names of a child zone that is served too are asked of the child', async () => {
  const { compileZones } = await import('../../../lib/zones/compile.ts')
  const { hosts, withZoneFiles } = await import('../zones/fixture.ts')
  const parent = '$TTL 1h\n@ SOA ns1 h 0 2h 1h 2w 300\n NS ns1\n NS ns2\nchild NS ns1\n NS ns2\n'
  const child =
    '$TTL 1h\n@ SOA ns1.example.test. h 0 2h 1h 2w 300\n NS ns1.example.test.\n NS ns2.example.test.\nwww A 192.0.2.1\n'
  const both = await withZoneFiles({ 'example.test.zone': parent, 'child.example.test.zone': child }, (folder) =>
    compileZones({ folder, serial, hosts }),
  )
  const server = await startNamed(both, { nsid })
  const findings = await probe([server.ipv4], checksFor(both, { nsid, serial }))
  await server.stop()
  assert.equal(
    findings.filter(({ status }) => status !== 'ok'),
    [],
  )
})

test.run()
