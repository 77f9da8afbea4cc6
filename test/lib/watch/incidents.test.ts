import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createFinding } from '../../../lib/dns/checks/finding.ts'
import type { CheckedFinding } from '../../../lib/report/check-dns.ts'
import { seeFaults } from '../../../lib/watch/faults.ts'
import { judgeLook, noIncidents, openMembers, type Seen, type WatchState } from '../../../lib/watch/incidents.ts'

const test = suite('lib/watch/incidents')

const addresses = { 4: '192.0.2.1', 6: '2001:db8::1', '-': '' } as const

/** `ns1 4 example.test. rrsets failed` */
const findingOf = (words: string): CheckedFinding => {
  const [server = '', family = '4', zone = '', check = '', status = ''] = words.split(' ')
  const finding = createFinding({
    check: check as 'soa',
    server,
    address: addresses[family as '4'],
    transport: 'udp',
    status: status as 'ok',
    asked: 'a question',
    expected: 'an answer',
    got: `${status} at ${server}`,
    command: 'dig',
  })
  const kind = server.startsWith('lb') ? 'lb' : server.startsWith('ns') ? 'nameserver' : 'parent'
  return { ...finding, kind, zone: zone === '-' ? undefined : zone }
}

const look = (words: readonly string[], part: Partial<Seen> = {}): Partial<Seen> => ({
  faults: seeFaults(words.map(findingOf)),
  ...part,
})

const [bad, good, dark] = ['failed', 'ok', 'unknown'].map((status) => look([`lb1 4 a.test. rrsets ${status}`])) as [
  Partial<Seen>,
  Partial<Seen>,
  Partial<Seen>,
]
const moving = look(['lb1 4 a.test. rrsets failed'], { isMoving: true })
const gone = look(['lb2 4 a.test. rrsets ok'])
const cut = look(['lb2 4 a.test. rrsets ok'], { isWhole: false })

/** What happens in each look: `opened lb1 4 a.test. rrsets`, with all that is wrong of the incident. */
const happens = (looks: readonly Partial<Seen>[], rules = { needed: 2, of: 3 }): readonly (readonly string[])[] => {
  let state: WatchState = noIncidents
  return looks.map((part, index) => {
    const seen: Seen = { at: index, faults: new Map(), isWhole: true, isMoving: false, ...part }
    const judged = judgeLook(state, seen, rules)
    state = judged.state
    return judged.changes.map(({ kind, incident }) =>
      [kind, ...(kind === 'closed' ? [incident.key] : openMembers(incident).map(({ key }) => key))].join(' | '),
    )
  })
}

const key = 'lb1 4 a.test. rrsets'

for (const [title, looks, expected] of [
  ['one bad look is none', [bad, good, good], [[], [], []]],
  ['two in a row open one, once', [bad, bad, bad], [[], [`opened | ${key}`], []]],
  ['two of three do too', [bad, good, bad], [[], [], [`opened | ${key}`]]],
  ['two of four do not', [bad, good, good, bad], [[], [], [], []]],
  ['one good look ends nothing', [bad, bad, good, bad], [[], [`opened | ${key}`], [], []]],
  ['two good ones do', [bad, bad, good, good], [[], [`opened | ${key}`], [], [`closed | ${key}`]]],
  ['unknown does not open', [dark, dark, dark], [[], [], []]],
  ['unknown between two bad ones is not a good one', [bad, dark, bad], [[], [], [`opened | ${key}`]]],
  ['unknown does not close', [bad, bad, dark, dark, dark], [[], [`opened | ${key}`], [], [], []]],
  ['while an operation is at work nothing opens', [moving, moving, moving], [[], [], []]],
  ['what is left of it afterwards does', [moving, bad, bad], [[], [], [`opened | ${key}`]]],
  ['what was open before stays so', [bad, bad, moving, moving], [[], [`opened | ${key}`], [], []]],
  [
    'and what is right then closes',
    [bad, bad, good, { ...good, isMoving: true }],
    [[], [`opened | ${key}`], [], [`closed | ${key}`]],
  ],
  ['a server that is no more has no fault', [bad, bad, gone, gone], [[], [`opened | ${key}`], [], [`closed | ${key}`]]],
  ['one that was not asked may have', [bad, bad, cut, cut], [[], [`opened | ${key}`], [], []]],
] as const) {
  test(title, () => assert.equal(happens(looks), expected))
}

test('another rule: three of five', () => {
  const told = happens([bad, good, bad, good, bad, good, good, good], { needed: 3, of: 5 })
  assert.equal(told.flat(), [`opened | ${key}`, `closed | ${key}`])
  assert.is(
    told.findIndex((changes) => changes.length > 0),
    4,
  )
})

for (const [title, words, incidents] of [
  ['both families', ['lb1 4 a.test. soa', 'lb1 6 a.test. soa'], [['lb1 4 a.test. soa', 'lb1 6 a.test. soa']]],
  [
    'several zones',
    ['lb1 4 a.test. rrsets', 'lb1 4 b.test. rrsets'],
    [['lb1 4 a.test. rrsets', 'lb1 4 b.test. rrsets']],
  ],
  [
    'an lb that passes on what its nameserver says, the nameserver first',
    ['lb1 4 a.test. rrsets', 'ns1 4 a.test. rrsets'],
    [['ns1 4 a.test. rrsets', 'lb1 4 a.test. rrsets']],
  ],
  [
    'the lb of another pair',
    ['lb2 4 a.test. soa', 'ns1 4 a.test. soa'],
    [['ns1 4 a.test. soa'], ['lb2 4 a.test. soa']],
  ],
  [
    'an lb that changes what passes',
    ['lb1 4 - direct-lb', 'lb1 4 a.test. rrsets'],
    [['lb1 4 a.test. rrsets', 'lb1 4 - direct-lb']],
  ],
  [
    'an lb that leads elsewhere, of which every answer tells',
    ['lb1 4 a.test. serial', 'lb1 4 - version', 'lb1 4 a.test. nsid', 'lb1 4 b.test. soa'],
    [['lb1 4 a.test. nsid', 'lb1 4 b.test. soa', 'lb1 4 - version', 'lb1 4 a.test. serial']],
  ],
  [
    'a zone that is not served any more, its SOA first',
    ['ns1 4 a.test. absent', 'ns1 4 a.test. serial', 'ns1 4 a.test. soa', 'lb1 4 a.test. absent', 'lb1 4 a.test. soa'],
    [
      [
        'ns1 4 a.test. soa',
        'ns1 4 a.test. absent',
        'ns1 4 a.test. serial',
        'lb1 4 a.test. soa',
        'lb1 4 a.test. absent',
      ],
    ],
  ],
  [
    'the SOA of one zone and the records of another',
    ['ns1 4 a.test. soa', 'ns1 4 b.test. rrsets'],
    [['ns1 4 a.test. soa'], ['ns1 4 b.test. rrsets']],
  ],
  [
    'two checks of one server',
    ['ns1 4 a.test. case', 'ns1 4 - version'],
    [['ns1 4 - version'], ['ns1 4 a.test. case']],
  ],
  [
    'parents that one registrar fills',
    ['a.nic.test 4 a.test. glue', 'b.nic.test 4 a.test. glue'],
    [['a.nic.test 4 a.test. glue', 'b.nic.test 4 a.test. glue']],
  ],
] as const) {
  test(`${title}: ${incidents.length === 1 ? 'one incident' : 'an incident each'}`, () => {
    const failing = look(words.map((one) => `${one} failed`))
    const [, second = []] = happens([failing, failing])
    assert.equal(
      second,
      incidents.map((members) => ['opened', ...members].join(' | ')),
    )
  })
}

test('what begins later under the same cause changes the incident, and so does what is over of it', () => {
  const one = ['lb1 4 a.test. soa failed', 'lb1 6 a.test. soa ok']
  const both = ['lb1 4 a.test. soa failed', 'lb1 6 a.test. soa failed']
  const other = ['lb1 4 a.test. soa ok', 'lb1 6 a.test. soa failed']
  const told = happens([one, one, both, both, other, other].map((words) => look(words)))
  assert.equal(told.flat(), [
    'opened | lb1 4 a.test. soa',
    'changed | lb1 4 a.test. soa | lb1 6 a.test. soa',
    'changed | lb1 6 a.test. soa',
  ])
})

test('what begins in the middle of a look, behind its question for the SOA, is one incident with that', () => {
  const [soa, absent] = ['ns1 4 a.test. soa', 'ns1 4 a.test. absent']
  const [late, all] = [
    [`${soa} ok`, `${absent} failed`],
    [`${soa} failed`, `${absent} failed`],
  ]
  assert.equal(happens([late, all, all].map((words) => look(words))), [[], [], [`opened | ${soa} | ${absent}`]])
  const alone = happens([late, all, late, late].map((words) => look(words)))
  assert.equal(alone.flat(), [`opened | ${absent}`])
})

test('a fault that comes back while the incident is open is part of it again', () => {
  const both = ['lb1 4 a.test. soa failed', 'lb1 6 a.test. soa failed']
  const six = ['lb1 4 a.test. soa ok', 'lb1 6 a.test. soa failed']
  const told = happens([both, both, six, six, both, both].map((words) => look(words)))
  assert.equal(told.flat(), [
    'opened | lb1 4 a.test. soa | lb1 6 a.test. soa',
    'changed | lb1 6 a.test. soa',
    'changed | lb1 4 a.test. soa | lb1 6 a.test. soa',
  ])
})

test('of a server over both transports the worst counts', () => {
  const [seen] = seeFaults(['lb1 4 a.test. soa ok', 'lb1 4 a.test. soa unknown'].map(findingOf)).values()
  assert.is(seen?.status, 'unknown')
  assert.is(seen?.example?.got, 'unknown at lb1')
})

test.run()
