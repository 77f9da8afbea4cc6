import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { generationFromZones, joinKnown, learnBaseline, witnessQuestions } from '../../../../lib/dns/accept.ts'
import { describeQuestion, type Question } from '../../../../lib/dns/wire/question.ts'
import { findOneSided, sampleQuestions } from '../../../../lib/dns/witness/one-sided.ts'
import { compileZones } from '../../../../lib/zones/compile.ts'
import type { Zone } from '../../../../lib/zones/zone.ts'
import { hosts, withZoneFiles } from '../../zones/fixture.ts'
import { type Named, startNamed } from '../named.ts'

const test = suite('lib/dns/witness/one-sided')

const [before, now] = [1790000000, 1790000100]
const head = `$TTL 1h
@ SOA ns1.example.test. h.example.test. 0 7200 3600 1209600 300
  NS ns1.example.test.
  NS ns2.example.test.
`
const compile = (texts: Readonly<Record<string, string>>, serial: number): Promise<Zone[]> =>
  withZoneFiles(texts, (folder) => compileZones({ folder, serial, hosts }))

/** A zone comes and one goes; records come, go, change, are covered by a wildcard, made an alias and delegated away. */
const oldZones = await compile(
  {
    'example.test.zone': `${head}gone A 192.0.2.1\nkept A 192.0.2.2\nchanged A 192.0.2.3\n*.w A 192.0.2.4\nalias A 192.0.2.5\nlost.sub A 192.0.2.6\n`,
    'going.test.zone': head,
  },
  before,
)
const newZones = await compile(
  {
    'example.test.zone': `${head}new A 192.0.2.1\nkept A 192.0.2.2\nkept TXT more\nchanged A 192.0.2.9\n*.w A 192.0.2.4\nx.w A 192.0.2.7\nalias CNAME kept\nsub NS ns.elsewhere.invalid.\n`,
    'added.test.zone': `${head} A 192.0.2.8\n`,
  },
  now,
)
const all: readonly Question[] = [
  ...new Map(
    [...witnessQuestions(oldZones), ...witnessQuestions(newZones)].map((one) => [describeQuestion(one), one]),
  ).values(),
]

let old: Named
let made: Named
test.before(async () => {
  old = await startNamed(oldZones, { nsid: `ns1.${before}` })
  made = await startNamed(newZones, { nsid: `ns1.${now}` })
})
test.after(async () => {
  await Promise.all([old?.stop(), made?.stop()])
})

const named = (some: readonly Question[]): readonly string[] => some.map(describeQuestion).sort()
const coming = [
  'added.test. A',
  'added.test. NS',
  'added.test. SOA',
  'alias.example.test. CNAME',
  'kept.example.test. TXT',
  'new.example.test. A',
]
const going = ['going.test. NS', 'going.test. SOA', 'gone.example.test. A', 'lost.sub.example.test. A']

test('what comes and what goes is told from what BIND said before and what the artefact says', async () => {
  const from = await learnBaseline([old.ipv4], all)
  const { comes, goes } = findOneSided(all, { from, to: [generationFromZones(now, newZones)] })
  assert.equal(named(comes), coming)
  // the address of what becomes an alias does not: it is answered still, with the alias
  assert.equal(named(goes), going)
})

test('on the way back, from what both have said, it is the other way round', async () => {
  const [from, to] = await Promise.all([learnBaseline([made.ipv4], all), learnBaseline([old.ipv4], all)])
  const { comes, goes } = findOneSided(all, { from, to })
  assert.equal(named(comes), going)
  assert.equal(named(goes), coming)
})

test('what is not known of one side is said of neither', () => {
  const to = [generationFromZones(now, newZones)]
  assert.equal(findOneSided(all, { from: [], to }), { comes: [], goes: [] })
  assert.equal(findOneSided(all, { from: to, to: [] }), { comes: [], goes: [] })
})

test('what is learnt at one time and another is known together, of each nameserver', async () => {
  const [first, second] = [all.slice(0, 3), all.slice(3)]
  const joined = joinKnown(await learnBaseline([old.ipv4], first), await learnBaseline([old.ipv4, made.ipv4], second))
  assert.equal(
    joined.map(({ nsid, answers }) => [nsid, answers.size]),
    [
      [`ns1.${before}`, all.length],
      [`ns1.${now}`, second.length],
    ],
  )
})

test('of many questions some from everywhere are taken, and every zone itself as long as there is room', () => {
  const many = Array.from({ length: 1000 }, (_, i): Question => ({ name: `n${i}.`, type: 'A', transport: 'udp' }))
  const zone: Question = { name: 'z.', type: 'SOA', transport: 'udp' }
  const some = sampleQuestions([...many, zone], 11)
  assert.equal(
    some.map(({ name }) => name),
    ['z.', ...Array.from({ length: 10 }, (_, i) => `n${i * 100}.`)],
  )
  const zones = many.map((one) => ({ ...one, type: 'SOA' }))
  assert.is(sampleQuestions(zones, 11).length, 11)
  assert.is(sampleQuestions([zone], 11).length, 1)
})

test.run()
