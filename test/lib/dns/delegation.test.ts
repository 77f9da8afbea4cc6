import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readChild } from '../../../lib/dns/delegation/child.ts'
import { findDsFaults, readDs } from '../../../lib/dns/delegation/ds.ts'
import {
  describeDelegation,
  findDelegationDifferences,
  findDelegationFaults,
  glueStateOf,
  showsOnly,
} from '../../../lib/dns/delegation/faults.ts'
import { rootServers } from '../../../lib/dns/delegation/root-servers.ts'
import { delegationStateOf } from '../../../lib/dns/delegation/state.ts'
import { type Delegation, type ParentView, readDelegation } from '../../../lib/dns/delegation.ts'
import { query } from '../../../lib/dns/query.ts'
import { createFrameReader, frame } from '../../../lib/dns/wire/framing.ts'
import { freePort } from './named.ts'
import { forward } from './relay.ts'

// A root, two servers of `test.` and one of the zones below, all real. named listens on addresses of interfaces only, so each
// is on a port of 127.0.0.1, and has a door on an address of its own that hands every octet through.
const test = suite('delegation')

const port = await freePort()
const network = `127.${1 + (process.pid % 250)}.${(process.pid >> 8) % 250}`
const [root, parentA, parentB, child, silent] = [1, 11, 12, 21, 31].map((host) => `${network}.${host}`) as [
  ...[string, string, string, string, string],
]

interface Server {
  readonly address: string
  readonly ipv6?: boolean
  readonly zones: Readonly<Record<string, readonly string[]>>
}

const soa = '@ 60 SOA a.nic.test. hostmaster.nic.test. 1 3600 600 86400 2'
const nic = [
  'test. 60 NS a.nic.test.',
  'test. 60 NS b.nic.test.',
  `a.nic.test. 60 A ${parentA}`,
  'a.nic.test. 60 AAAA ::1',
  `b.nic.test. 60 A ${parentB}`,
]

/** What both servers of `test.` have; ns1 of example.test at the address given. */
const parentZone = (ns1: string): readonly string[] => [
  soa,
  ...nic,
  'example.test. 10 NS ns1.example.test.',
  'example.test. 10 NS NS2.Example.test.',
  'example2.test. 20 NS ns1.example.test.',
  `example2.test. 30 DS 12345 13 2 ${'01'.repeat(32)}`,
  `ns1.example.test. 10 A ${ns1}`,
  'ns1.example.test. 10 AAAA 2001:db8::10',
  'ns2.example.test. 10 A 192.0.2.20',
  'hosted.test. 10 NS ns1.example.test.',
  'shop.test. 60 NS b.nic.test.',
  'away.test. 60 NS ns.away.test.',
  `ns.away.test. 60 A ${child}`,
  // an address of this name is known to the servers of away.test alone
  'deep.test. 60 NS far.away.test.',
  'lost.test. 60 NS nowhere.away.test.',
  ...Array.from({ length: 40 }, (_, i) => `big.test. 60 NS a-rather-long-name-of-server-${i}.big.test.`),
  ...Array.from({ length: 40 }, (_, i) => `a-rather-long-name-of-server-${i}.big.test. 60 A 192.0.2.${i + 1}`),
]

const shop = [soa, '@ 60 NS b.nic.test.', 'toys 30 NS ns1.toys', 'ns1.toys 30 A 192.0.2.30']

const servers: readonly Server[] = [
  {
    address: root,
    zones: {
      '.': [
        '. 60 SOA root.invalid. hostmaster.invalid. 1 3600 600 86400 2',
        '. 60 NS root.invalid.',
        `root.invalid. 60 A ${root}`,
        ...nic,
        'quiet. 60 NS silent.quiet.',
        'quiet. 60 NS b.nic.test.',
        `silent.quiet. 60 A ${silent}`,
        ...['a.deaf.', 'b.deaf.'].flatMap((name) => [
          `deaf. 60 NS ${name}`,
          `${name} 60 A ${silent}`,
          `${name} 60 AAAA ::1`,
        ]),
      ],
    },
  },
  {
    address: parentA,
    ipv6: true,
    zones: {
      'test.': parentZone('192.0.2.10'),
      'shop.test.': shop,
      'deaf.': [
        soa,
        '@ 60 NS a',
        '@ 60 NS b',
        'a 60 AAAA ::1',
        'b 60 AAAA ::1',
        'zone 5 NS ns.zone',
        'ns.zone 5 A 192.0.2.60',
      ],
    },
  },
  {
    address: parentB,
    zones: {
      'test.': parentZone('192.0.2.99'),
      'shop.test.': shop,
      'hosted.test.': [soa, '@ 300 NS ns1.example.test.'],
      'quiet.': [soa, '@ 60 NS b.nic.test.', 'zone 5 NS ns.zone', 'ns.zone 5 A 192.0.2.40'],
    },
  },
  {
    address: child,
    zones: {
      'away.test.': [soa, '@ 60 NS ns', `ns 60 A ${child}`, `far 60 A ${child}`],
      'deep.test.': [soa, '@ 60 NS far.away.test.', 'zone 7 NS ns1.zone', 'ns1.zone 8 A 192.0.2.50'],
      'example.test.': [
        soa,
        '@ 300 NS ns1',
        '@ 300 NS ns2',
        'ns1 60 A 192.0.2.10',
        'ns1 30 AAAA 2001:db8::10',
        'ns2 60 A 192.0.2.20',
      ],
    },
  },
]

const folder = await mkdtemp(path.join(tmpdir(), 'delegation-'))
const children: ChildProcess[] = []
const stop = async (): Promise<void> => {
  await Promise.all(
    children.splice(0).map(async (process) => {
      if (process.exitCode !== null) return
      process.kill('SIGTERM')
      await once(process, 'exit')
    }),
  )
  await rm(folder, { recursive: true, force: true })
}
process.once('exit', () => {
  for (const process of children) process.kill('SIGKILL')
})

const doors: { close(): void }[] = []
const openDoor = async (address: string, inside: number): Promise<void> => {
  const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  udp.on('message', async (asked, from) => udp.send(await forward(asked, 'udp', inside), from.port, from.address))
  const tcp = createServer((socket) => {
    socket.on(
      'data',
      createFrameReader(async (asked) => socket.write(frame(await forward(asked, 'tcp', inside)))),
    )
    socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => udp.bind(port, address, () => resolve()))
  tcp.listen(port, address)
  await once(tcp, 'listening')
  doors.push(udp, tcp)
}

const startServer = async ({ address, ipv6 = false, zones }: Server): Promise<void> => {
  const inside = await freePort()
  const zoneFile = (origin: string): string => path.join(folder, `${address}-${origin}zone`)
  for (const [origin, lines] of Object.entries(zones)) {
    await writeFile(zoneFile(origin), ['$TTL 60', `$ORIGIN ${origin}`, ...lines, ''].join('\n'))
  }
  const config = path.join(folder, `${address}.conf`)
  await writeFile(
    config,
    `options {
      directory "${folder}"; pid-file none; session-keyfile none;
      listen-on port ${inside} { 127.0.0.1; }; listen-on-v6 { none; };
      recursion no; allow-query { any; }; allow-transfer { none; }; notify no; dnssec-validation no;
      empty-zones-enable no; minimal-responses yes; max-udp-size 1232; edns-udp-size 1232; check-names primary ignore;
    };
    controls { };
    ${Object.keys(zones)
      .map((origin) => `zone "${origin}" { type primary; file "${zoneFile(origin)}"; };`)
      .join('\n')}`,
  )
  const named = spawn('named', ['-g', '-n', '1', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  children.push(named)
  let log = ''
  named.stderr.on('data', (chunk) => {
    log += chunk
  })
  for (let attempt = 0; attempt < 100 && named.exitCode === null; attempt++) {
    const question = { name: Object.keys(zones)[0] ?? '.', type: 'SOA', transport: 'udp' } as const
    const reply = await query({ address: '127.0.0.1', port: inside }, question, { timeoutMs: 500 })
    if (reply.kind === 'answered' && reply.aa) {
      await Promise.all([address, ...(ipv6 ? ['::1'] : [])].map((outside) => openDoor(outside, inside)))
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`named on ${address} did not start:\n${log}`)
}

await Promise.all(servers.map(startServer))
const mute = createSocket('udp4')
await new Promise<void>((resolve) => mute.bind(port, silent, () => resolve()))
test.after(async () => {
  for (const door of [mute, ...doors]) door.close()
  await stop()
})

const roots = [{ address: root, port }]
const read = (zone: string): Promise<Delegation> => readDelegation(zone, { roots, timeoutMs: 1500 })
const views = (delegation: Delegation): readonly string[] =>
  delegation.parents.map(({ server, address, kind }) => `${server} ${address} ${kind}`)

const atA = { server: 'a.nic.test', address: parentA }
const atA6 = { server: 'a.nic.test', address: '::1' }
const atB = { server: 'b.nic.test', address: parentB }
const glueOfNs1 = (address: string, ttl: number) => [
  { name: 'ns1.example.test.', type: 'A' as const, address, ttl },
  { name: 'ns1.example.test.', type: 'AAAA' as const, address: '2001:db8::10', ttl },
]
const glueOfNs2 = { name: 'ns2.example.test.', type: 'A' as const, address: '192.0.2.20', ttl: 10 }

const sorted = (view: ParentView): ParentView =>
  view.kind === 'referral'
    ? { ...view, glue: [...view.glue].sort((x, y) => `${x.name}${x.type}`.localeCompare(`${y.name}${y.type}`)) }
    : view

test('reads NS, TTL and glue from every address of every server of the parent', async () => {
  const { parents, ...rest } = await read('Example.test')
  const referral = { kind: 'referral' as const, ns: ['ns1.example.test.', 'ns2.example.test.'], nsTtl: 10 }
  assert.equal(rest, { zone: 'example.test.', parentZone: 'test.' })
  assert.equal(parents.map(sorted), [
    { ...atA, ...referral, glue: [...glueOfNs1('192.0.2.10', 10), glueOfNs2] },
    { ...atA6, ...referral, glue: [...glueOfNs1('192.0.2.10', 10), glueOfNs2] },
    { ...atB, ...referral, glue: [...glueOfNs1('192.0.2.99', 10), glueOfNs2] },
  ])
})

test('finds the glue of a host in another domain, where the parent shows it', async () => {
  const delegation = await read('example2.test.')
  const [first] = delegation.parents.map(sorted)
  assert.equal(first, {
    ...atA,
    kind: 'referral',
    ns: ['ns1.example.test.'],
    nsTtl: 20,
    glue: glueOfNs1('192.0.2.10', 10),
  })
  assert.is(showsOnly(delegation, 'ns1.example.test', ['192.0.2.10', '2001:db8::10']), false)
})

test('names the server that lags behind, and the address that it still shows', async () => {
  const delegation = await read('example.test')
  const wanted = { ns: ['NS2.example.test', 'ns1.example.test.'], glue: [] }
  assert.equal(findDelegationFaults(delegation, wanted), [])
  const glue = [{ name: 'ns1.example.test', addresses: ['2001:DB8:0::10', '192.0.2.10'] }]
  assert.equal(findDelegationFaults(delegation, { ...wanted, glue }), [
    `b.nic.test (${parentB}): the glue of ns1.example.test. still shows 192.0.2.99 and lacks 192.0.2.10`,
  ])
  assert.is(glueStateOf(delegation, 'ns2.example.test', ['192.0.2.20']), 'shown')
})

test('tells a zone that is not delegated from one that cannot be asked for', async () => {
  const delegation = await read('nothing.test')
  assert.equal(views(delegation), [
    `a.nic.test ${parentA} absent`,
    'a.nic.test ::1 absent',
    `b.nic.test ${parentB} absent`,
  ])
  assert.is(describeDelegation(delegation), 'nothing.test.: not delegated by test.')
})

test('reads DS records at every parent server, and that there are none', async () => {
  const dsOf = (zone: string) => readDs(zone, { roots, timeoutMs: 1500 })
  const reading = await dsOf('example2.test')
  const at = [`a.nic.test (${parentA})`, 'a.nic.test (::1)', `b.nic.test (${parentB})`]
  const sets = at.map((one) => ({ at: one, ds: [`12345 13 2 ${'01'.repeat(32)}`] }))
  assert.equal(reading, {
    zone: 'example2.test.',
    parentZone: 'test.',
    state: { kind: 'records', ttl: 30, sets },
    heard: sets,
    silent: [],
  })
  assert.equal(findDsFaults(reading), [
    `test. has DS 12345 of example2.test. (${at[0]} and 2 more; TTL 30 s), our zone has no such DNSKEY (RFC 4035 §5): validating resolvers take its answers for forged until the registrar removes it`,
  ])
  for (const zone of ['example.test', 'nothing.test', 'hosted.test', 'toys.shop.test']) {
    assert.equal((await dsOf(zone)).state, { kind: 'none' }, zone)
  }
})

test('whether there are DS records is not known from a parent that is silent, has no address, or was never reached', async () => {
  const silentOf = async (zone: string, servers = roots): Promise<readonly string[]> => {
    const { state, silent } = await readDs(zone, { roots: servers, timeoutMs: 100 })
    assert.equal(silent, state.kind === 'unknown' ? state.silent : [])
    return state.kind === 'unknown' ? state.silent : [state.kind]
  }
  assert.equal(await silentOf('zone.quiet'), [`silent.quiet (${silent}): asked for DS: no answer within 100 ms`])
  assert.equal(await silentOf('zone.lost.test'), ['nowhere.away.test. (no address): no address of it could be found'])
  assert.equal(await silentOf('example.test', [{ address: silent, port }]), [
    `root (${silent}): asked for test. NS: no answer within 100 ms`,
  ])
  assert.equal(await silentOf('zone.deaf'), ['none'])
})

test('does not take the word of a server that has the zone itself for a delegation', async () => {
  const { parents } = await read('hosted.test')
  assert.equal(
    parents.map(({ kind }) => kind),
    ['referral', 'referral', 'fault'],
  )
  assert.match(JSON.stringify(parents[2]), 'answers for the zone itself')
})

test('asks again over TCP where a referral is truncated', async () => {
  const { parents } = await read('big.test')
  assert.equal(
    parents.map((parent) => (parent.kind === 'referral' ? [parent.ns.length, parent.glue.length] : parent)),
    [
      [40, 40],
      [40, 40],
      [40, 40],
    ],
  )
})

test('finds the true parent of a zone although the servers above it have that one too', async () => {
  const delegation = await read('toys.shop.test')
  assert.is(delegation.parentZone, 'shop.test.')
  assert.equal(views(delegation), [`b.nic.test ${parentB} referral`])
  assert.is(
    describeDelegation(delegation),
    'toys.shop.test.: 1 of 1 addresses of servers of shop.test. delegate to ns1.toys.shop.test.',
  )
})

test('looks the addresses of servers up where the referral has none', async () => {
  const delegation = await read('zone.deep.test')
  assert.equal(delegation.parents, [
    {
      server: 'far.away.test',
      address: child,
      kind: 'referral',
      ns: ['ns1.zone.deep.test.'],
      nsTtl: 7,
      glue: [{ name: 'ns1.zone.deep.test.', type: 'A', address: '192.0.2.50', ttl: 8 }],
    },
  ])
})

test('a parent server without any address is told, not forgotten', async () => {
  const { parents } = await read('zone.lost.test')
  assert.equal(parents, [
    { server: 'nowhere.away.test.', address: 'no address', kind: 'fault', fault: 'no address of it could be found' },
  ])
})

test('a silent server is a fault of its own, and does not hide the others', async () => {
  const { parents } = await readDelegation('zone.quiet', { roots, timeoutMs: 250 })
  assert.equal([...parents].map(({ server, kind }) => `${server} ${kind}`).sort(), [
    'b.nic.test referral',
    'silent.quiet fault',
  ])
  assert.match(JSON.stringify(parents.find(({ kind }) => kind === 'fault')), 'no answer within 250 ms')
})

test('a family over which nobody is heard is out of reach from here, and the other one has its say', async () => {
  const delegation = await readDelegation('zone.deaf', { roots, timeoutMs: 250 })
  assert.equal(
    [...views(delegation)].sort(),
    [
      `a.deaf ${silent} unreachable`,
      'a.deaf ::1 referral',
      `b.deaf ${silent} unreachable`,
      'b.deaf ::1 referral',
    ].sort(),
  )
  assert.is(showsOnly(delegation, 'ns.zone.deaf', ['192.0.2.60']), true)
})

test('without any answer at the root it says whom it asked, and that nothing is known', async () => {
  const delegation = await readDelegation('example.test', { roots: [{ address: silent, port }], timeoutMs: 20 })
  assert.equal(delegationStateOf(delegation), {
    kind: 'unknown',
    silent: [`root (${silent}): asked for test. NS: no answer within 20 ms`],
  })
  assert.match(describeDelegation(delegation), 'no server of . says how it is delegated')
})

test('without root servers nothing is known either', async () => {
  const delegation = await readDelegation('example.test', { roots: [] })
  assert.equal(delegationStateOf(delegation), {
    kind: 'unknown',
    silent: ['every server of . (no address): none of them has an address'],
  })
})

test('a server that knows nothing of the zones it is asked for is passed over', async () => {
  const delegation = await readDelegation('example.test', { roots: [{ address: child, port }, ...roots] })
  assert.is(delegation.parentZone, 'test.')
})

test('an interrupted walk rejects with the reason', async () => {
  const controller = new AbortController()
  const reason = new Error('interrupted')
  setTimeout(() => controller.abort(reason), 30)
  const walk = readDelegation('example.test', { roots: [{ address: silent, port }], signal: controller.signal })
  assert.is(await walk.catch((error: unknown) => error), reason)
})

test('reads what the servers of the zone itself say, with authority', async () => {
  const target = { name: 'lb1', address: child, port }
  assert.equal(await readChild([target], 'example.test', ['NS1.example.test', 'ns2.example.test.']), [
    {
      server: 'lb1',
      address: child,
      ns: { names: ['ns1.example.test.', 'ns2.example.test.'], ttl: 300 },
      addresses: [
        { name: 'ns1.example.test.', type: 'A', address: '192.0.2.10', ttl: 60 },
        { name: 'ns1.example.test.', type: 'AAAA', address: '2001:db8::10', ttl: 30 },
        { name: 'ns2.example.test.', type: 'A', address: '192.0.2.20', ttl: 60 },
      ],
      faults: [],
      isRefused: false,
    },
  ])
})

test('a server that does not have the zone is a fault for every question', async () => {
  const [view] = await readChild([{ name: 'lb2', address: parentA, port }], 'example.test.', [])
  assert.is(view?.ns, undefined)
  assert.equal(view?.faults.length, 1)
  assert.match(view?.faults[0] ?? '', `lb2 (${parentA}) asked for example.test. NS: NOERROR, not authoritative`)
})

const referral = (server: string, address: string, glue: Record<string, string>): ParentView => ({
  server,
  address,
  kind: 'referral',
  ns: ['ns1.example.test.', 'ns2.elsewhere.example.'],
  nsTtl: 60,
  glue: Object.entries(glue).map(([one, name]) => ({
    name,
    type: one.includes(':') ? 'AAAA' : 'A',
    address: one,
    ttl: 60,
  })),
})
const delegated = (...parents: readonly ParentView[]): Delegation => ({
  zone: 'example.test.',
  parentZone: 'test.',
  parents,
})
const ns1 = 'ns1.example.test.'
const fault = (server: string, address: string): ParentView => ({ server, address, kind: 'fault', fault: 'no answer' })
const absent = (server: string, address: string): ParentView => ({ server, address, kind: 'absent' })
const unreachable = (server: string, address: string): ParentView => ({
  server,
  address,
  kind: 'unreachable',
  fault: 'could not be sent: ENETUNREACH',
})

for (const [title, parents, host, state] of [
  ['exactly the addresses', [referral('a', '1', { '192.0.2.1': ns1, '2001:db8::1': ns1 })], ns1, 'shown'],
  ['one family is missing', [referral('a', '1', { '192.0.2.1': ns1 })], ns1, 'differs'],
  [
    'an old address besides',
    [referral('a', '1', { '192.0.2.1': ns1, '192.0.2.9': ns1, '2001:db8::1': ns1 })],
    ns1,
    'differs',
  ],
  ['no glue of a host below the zone', [referral('a', '1', {})], ns1, 'differs'],
  ['no glue of a host elsewhere', [referral('a', '1', {})], 'ns2.elsewhere.example', 'none-needed'],
  [
    'wrong glue of a host elsewhere',
    [referral('a', '1', { '192.0.2.9': 'ns2.elsewhere.example.' })],
    'ns2.elsewhere.example',
    'differs',
  ],
  ['a host that the zone does not use', [referral('a', '1', {})], 'ns3.example.test', 'none-needed'],
  ['not delegated', [{ server: 'a', address: '1', kind: 'absent' }], ns1, 'differs'],
  [
    'a server did not answer',
    [referral('a', '1', { '192.0.2.1': ns1, '2001:db8::1': ns1 }), fault('b', '2')],
    ns1,
    'differs',
  ],
  [
    'a server is out of reach over one family',
    [referral('a', '1', { '192.0.2.1': ns1, '2001:db8::1': ns1 }), unreachable('a', '::1')],
    ns1,
    'shown',
  ],
  [
    'a server is out of reach altogether',
    [referral('a', '1', { '192.0.2.1': ns1, '2001:db8::1': ns1 }), unreachable('b', '2')],
    ns1,
    'differs',
  ],
  ['nobody was asked', [], ns1, 'differs'],
] as const) {
  test(`glue: ${title}: ${state}`, () => {
    const delegation = delegated(...parents)
    assert.is(glueStateOf(delegation, host, ['192.0.2.1', '2001:db8::1']), state)
    assert.is(showsOnly(delegation, host, ['192.0.2.1', '2001:db8::1']), state !== 'differs')
  })
}

test('the NS set differs by what it lacks and what it should not have', () => {
  const wanted = { ns: ['ns1.example.test', 'ns2.example.test'], glue: [] }
  assert.equal(findDelegationFaults(delegated(referral('a.nic.test', '192.0.2.1', {})), wanted), [
    'a.nic.test (192.0.2.1): the NS set still shows ns2.elsewhere.example. and lacks ns2.example.test.',
  ])
})

test('a delegation that nobody could tell is unknown, not absent', () => {
  assert.is(
    describeDelegation(delegated(fault('a', '1'), fault('b', '2'))),
    'example.test.: no server of test. says how it is delegated: no answer',
  )
  assert.is(
    describeDelegation(delegated(absent('a', '1'), fault('b', '2'))),
    'example.test.: not every server of test. says how it is delegated: no answer',
  )
})

const shows = referral('a', '1', { '192.0.2.1': ns1 })
for (const [title, parents, state] of [
  ['all refer', [shows, referral('b', '2', {})], { kind: 'delegated' }],
  ['one refers, the other has nothing of it yet', [shows, absent('b', '2')], { kind: 'delegated' }],
  ['all deny it', [absent('a', '1'), absent('b', '2')], { kind: 'absent' }],
  ['one is silent', [shows, fault('b', '2')], { kind: 'unknown', silent: ['b (2): no answer'] }],
  [
    'one denies it, the other is silent',
    [absent('a', '1'), fault('b', '2')],
    { kind: 'unknown', silent: ['b (2): no answer'] },
  ],
  ['a server is out of reach over one family only', [shows, unreachable('a', '::1')], { kind: 'delegated' }],
  [
    'a server is out of reach altogether',
    [shows, unreachable('b', '2')],
    { kind: 'unknown', silent: ['b (2): could not be sent: ENETUNREACH'] },
  ],
  [
    'a family is silent, and a server was heard over neither',
    [unreachable('a', '::1'), fault('a', '1')],
    {
      kind: 'unknown',
      silent: ['a (::1): could not be sent: ENETUNREACH', 'a (1): no answer'],
    },
  ],
  ['nobody was asked', [], { kind: 'unknown', silent: ['no server of test. could be asked for example.test.'] }],
] as const) {
  test(`${title}: ${state.kind}`, () => assert.equal(delegationStateOf(delegated(...parents)), state))
}

test('where one server denies the zone and the other is silent, nobody says that it is not delegated', () => {
  const wanted = { ns: undefined, glue: [{ name: ns1, addresses: ['192.0.2.1'] }] }
  assert.equal(findDelegationDifferences(delegated(absent('a', '1'), fault('b', '2')), wanted), [])
  assert.equal(findDelegationFaults(delegated(shows, absent('b', '2')), wanted), [
    'b (2): example.test. is not delegated',
  ])
})

test('all thirteen root servers are known, over both families', () => {
  assert.is(new Set(rootServers.map(({ address }) => address)).size, 26)
  assert.is(rootServers.filter(({ address }) => address.includes(':')).length, 13)
})

test.run()
