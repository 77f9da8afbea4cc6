import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dangersOf, describeDanger } from '../../../lib/plan/dangers.ts'
import type { Covering, RRsetChange, ZoneChange } from '../../../lib/plan/zone-change.ts'
import { guards } from './operations.ts'

const test = suite('lib/plan/dangers')

type Side = readonly [ttl: number, ...rdata: readonly string[]] | undefined

const rrset = (owner: string, type: string, before: Side, after: Side): RRsetChange => ({
  name: owner === '@' ? 'a.test.' : `${owner}.a.test.`,
  type,
  ...(before ? { before: { ttl: before[0], rdata: before.slice(1) as string[] } } : {}),
  ...(after ? { after: { ttl: after[0], rdata: after.slice(1) as string[] } } : {}),
})

const zone = (rrsets: readonly RRsetChange[], changes: Partial<ZoneChange> = {}): ZoneChange => ({
  zone: 'a.test',
  kind: 'changes',
  had: 20,
  rrsets,
  covered: [],
  ...changes,
})

const told = (change: ZoneChange): readonly string[] =>
  dangersOf(change, guards).map((danger) => describeDanger({ ...danger, zone: change.zone, isAgreed: false }))

const lost = (count: number): readonly RRsetChange[] =>
  Array.from({ length: count }, (_, index) => rrset(`host${index}`, 'A', [60, '192.0.2.1'], undefined))

const safe: readonly (readonly [title: string, change: ZoneChange])[] = [
  ['nothing', zone([])],
  ['as many RRsets as the config allows, however small the zone', zone(lost(5), { had: 6 })],
  ['as large a share as it allows', zone(lost(6), { had: 20 })],
  ['RRsets that others come beside', zone([...lost(5), rrset('new', 'A', undefined, [60, '192.0.2.1'])])],
  [
    'another TTL of nameservers and mail servers',
    zone(['NS', 'MX'].map((type) => rrset('@', type, [60, 'x'], [30, 'x']))),
  ],
  ['mail servers of a name below', zone([rrset('sub', 'MX', [60, '10 a.'], [60, '20 b.'])])],
  [
    'a TTL that stays zero, or is zero from the beginning',
    zone([rrset('x', 'A', [0, '1'], [0, '2']), rrset('y', 'A', undefined, [0, '1'])]),
  ],
  [
    'a delegation to others than before, or taken back',
    zone([rrset('x', 'NS', [60, 'a.'], [60, 'b.']), rrset('y', 'NS', [60, 'a.'], undefined)]),
  ],
  ['a zone that comes', zone([rrset('@', 'MX', undefined, [60, '10 a.'])], { kind: 'comes', had: 0 })],
]
for (const [title, change] of safe) test(`no danger: ${title}`, () => assert.equal(told(change), []))

const star: Covering = { wildcard: '*.dev.a.test.', types: ['A', 'MX'], isNew: true, names: [] }

const dangerous: readonly (readonly [title: string, change: ZoneChange, ...sentences: readonly string[]])[] = [
  [
    'so many RRsets go',
    zone(lost(8)),
    'a.test loses 8 of its 20 RRsets, 40 % (more than 5 and more than 30 % are asked about); who asks for these is told that there are none.',
  ],
  [
    'one of two nameservers goes',
    zone([rrset('@', 'NS', [3600, 'ns1.a.test.', 'ns2.a.test.'], [3600, 'ns1.a.test.'])]),
    'a.test has other nameservers (NS): ns1.a.test., ns2.a.test. → ns1.a.test.; resolvers ask those that it names then, within the 3600 s for which they keep the old ones.',
  ],
  [
    'mail is led elsewhere',
    zone([rrset('@', 'MX', [60, '10 a.'], [60, '10 b.'])]),
    'a.test has other mail servers (MX): 10 a. → 10 b.; mail for it is delivered to the new ones.',
  ],
  [
    'mail is led to mail servers for the first time',
    zone([rrset('@', 'MX', undefined, [60, '10 b.'])]),
    'a.test has other mail servers (MX): none → 10 b.; mail for it is delivered to the new ones.',
  ],
  [
    'no mail server is left',
    zone([rrset('@', 'MX', [60, '10 a.'], undefined)]),
    'a.test has other mail servers (MX): 10 a. → none; mail goes to its own address, and nowhere if it has none.',
  ],
  [
    'mail is refused',
    zone([rrset('@', 'MX', [60, '10 a.'], [60, '0 .'])]),
    'a.test has other mail servers (MX): 10 a. → 0 .; mail for it is refused.',
  ],
  [
    'TTLs are lowered to zero, of which the first are named',
    zone(['@', 'b', 'c', 'd', 'e'].map((owner) => rrset(owner, 'A', [300, '1'], [0, '1']))),
    'a.test has a TTL of 0 for @ A (was 300 s), b A (was 300 s), c A (was 300 s) and 2 more; no cache keeps these: each question of a client is one to the nameservers.',
  ],
  [
    'names become delegations',
    zone([
      rrset('sub', 'NS', undefined, [60, 'ns.b.test.']),
      rrset('sub', 'A', [60, '1'], undefined),
      rrset('x.sub', 'A', [60, '1'], undefined),
      rrset('notsub', 'A', [60, '1'], undefined),
      rrset('new', 'NS', undefined, [60, 'ns.b.test.']),
    ]),
    'a.test delegates sub to ns.b.test. (had 2 RRsets there), new to ns.b.test.; who asks for that name or below it is referred there, and gets what they answer.',
  ],
  [
    'a wildcard comes',
    zone([], { covered: [star] }),
    'a.test has a new wildcard *.dev (A, MX); names below dev.a.test that are not there are answered by it, not denied (NXDOMAIN).',
  ],
  [
    'a wildcard comes in the place of another',
    zone([], { covered: [{ ...star, instead: '*.a.test.' }] }),
    'a.test has a new wildcard *.dev (A, MX); names below dev.a.test that are not there are answered by it, not by *.',
  ],
  [
    'names go that a wildcard covers',
    zone([], { covered: [{ ...star, isNew: false, names: ['x.dev.a.test.', 'y.dev.a.test.'] }] }),
    'a.test loses x.dev, y.dev where the wildcard *.dev covers names; who asks for that is answered by *.dev, not denied (NXDOMAIN).',
  ],
]
for (const [title, change, ...sentences] of dangerous) test(title, () => assert.equal(told(change), sentences))

test('the thresholds are those of the config', () => {
  const kinds = (lostShare: number, lostRrsets: number) =>
    dangersOf(zone(lost(5)), { lostShare, lostRrsets }).map(({ kind }) => kind)
  assert.equal([kinds(0.25, 0), kinds(0.2, 5), kinds(0.2, 4)], [[], [], ['shrinks']])
})

test.run()
