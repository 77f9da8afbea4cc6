import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { acceptGenerations, generationFromZones, learnBaseline, witnessQuestions } from '../../../lib/dns/accept.ts'
import { query } from '../../../lib/dns/query.ts'
import type { Question } from '../../../lib/dns/wire/question.ts'
import type { Answered } from '../../../lib/dns/wire/reply.ts'
import { compileZones } from '../../../lib/zones/compile.ts'
import type { Zone } from '../../../lib/zones/zone.ts'
import { compileFixture, hosts, nsid, serial, withZoneFiles } from '../zones/fixture.ts'
import { type Named, startNamed } from './named.ts'
import { forward, startServer } from './relay.ts'

const test = suite('lib/dns/accept')

const [before, now] = [1790000000, 1790000100]
const head = `$TTL 1h
@ SOA ns1.example.test. h.example.test. 0 7200 3600 1209600 300
  NS ns1.example.test.
  NS ns2.example.test.
`
const long = Array.from({ length: 8 }, (_, i) => `"${String(i).repeat(200)}"`).join(' ')

/** What goes from one generation to the next: a zone is added, a delegation taken back, a record and a zone removed, a record made short. */
const files = {
  before: {
    'example.test.zone': `${head}sub NS ns.elsewhere.invalid.\ngone A 192.0.2.1\nshort TXT ${long}\nkept A 192.0.2.2\n`,
    'going.test.zone': head,
  },
  now: {
    'example.test.zone': `${head}sub A 192.0.2.3\nshort TXT brief\nkept A 192.0.2.2\n`,
    'added.test.zone': `${head} A 192.0.2.4\n`,
  },
}
const compile = (texts: Readonly<Record<string, string>>, serial: number): Promise<Zone[]> =>
  withZoneFiles(texts, (folder) => compileZones({ folder, serial, hosts }))
const oldZones = await compile(files.before, before)
const newZones = await compile(files.now, now)
const questions = witnessQuestions(newZones)
const byBoth = questions.flatMap((question) => [question, { ...question, transport: 'tcp' as const }])

let old: Named
let made: Named
test.before(async () => {
  old = await startNamed(oldZones, { nsid: `ns1.${before}` })
  made = await startNamed(newZones, { nsid: `ns1.${now}` })
})
test.after(async () => {
  await Promise.all([old?.stop(), made?.stop()])
})

const answered = async (server: Named, question: Question): Promise<Answered> => {
  const reply = await query(server.ipv4, question)
  if (reply.kind !== 'answered') throw new Error(reply.detail)
  return reply
}

const udp = (name: string, type: string): Question => ({ name, type, transport: 'udp' })
const learnt = () => learnBaseline([old.ipv4], questions)
const judge = async (without: (question: string) => boolean = () => false) =>
  acceptGenerations([
    generationFromZones(now, newZones),
    ...(await learnt()).map((known) => ({
      ...known,
      answers: new Map([...known.answers].filter(([question]) => !without(question))),
    })),
  ])

test('what either generation answers is right, whatever has come and gone between them', async () => {
  const accept = await judge()
  for (const server of [old, made]) {
    for (const question of byBoth) {
      assert.is(accept(question, await answered(server, question)), true, `${question.name} ${question.type}`)
    }
  }
})

test('authority lost in a zone that the generation has is a fault, with either', async () => {
  const accept = await judge()
  for (const server of [old, made]) {
    const question = udp('kept.example.test', 'A')
    const reply = { ...(await answered(server, question)), aa: false }
    assert.match(String(accept(question, reply)), /^not authoritative, by ns1\.179/)
  }
})

test('a zone that the new generation has may not be refused by it, although the old one refuses it', async () => {
  const accept = await judge()
  const question = udp('added.test', 'SOA')
  const refused = await answered(old, question)
  assert.is(refused.rcode, 'REFUSED')
  assert.is(accept(question, refused), true)
  assert.match(String(accept(question, { ...refused, nsid: `ns1.${now}` })), /not authoritative/)
})

/** What the old generation has and the new one does not, and what neither has: denied, refused or referred, as each has it. */
const onlyElsewhere: readonly Question[] = [
  udp('gone.example.test', 'A'),
  udp('nobody.example.test', 'A'),
  udp('kept.example.test', 'TXT'),
  udp('going.test', 'SOA'),
  udp('deep.sub.example.test', 'A'),
  udp('example.invalid', 'A'),
]

test('of an artefact each denial is judged as well, with the time that it may be kept', async () => {
  for (const [server, zones, generation] of [
    [old, oldZones, before],
    [made, newZones, now],
  ] as const) {
    const accept = acceptGenerations([generationFromZones(generation, zones)])
    for (const question of onlyElsewhere) {
      const reply = await answered(server, question)
      assert.is(accept(question, reply), true, `${question.name} ${question.type}`)
      const kept = { ...reply, authority: reply.authority.map((record) => ({ ...record, ttl: 86_400 })) }
      const isDenial = reply.aa && reply.answers.length === 0
      assert.is(accept(question, kept) === true, !isDenial, `${question.name} ${question.type}`)
    }
  }
})

test('whatever is asked of a zone with every kind of record, named answers as is said of it', async () => {
  const zones = await compileFixture()
  const server = await startNamed(zones, { nsid })
  const accept = acceptGenerations([generationFromZones(serial, zones)])
  const names = new Set(
    zones.flatMap(({ rrsets }) => rrsets.flatMap(({ name }) => [name, `below.${name}`, `x${name}`])),
  )
  const types = ['A', 'TXT', 'MX', 'NS', 'DS', 'SOA', 'AAAA', 'PTR']
  try {
    for (const question of [...names].flatMap((name) => types.map((type) => udp(name, type)))) {
      const reply = await answered(server, question)
      if (!reply.tc) assert.is(accept(question, reply), true, `${question.name} ${question.type}`)
    }
  } finally {
    await server.stop()
  }
})

test('a name that is there may not be denied, nor one that is not be answered for', async () => {
  const accept = acceptGenerations([generationFromZones(now, newZones)])
  const gone = udp('gone.example.test', 'A')
  const reply = { ...(await answered(old, gone)), nsid: `ns1.${now}` }
  assert.is(reply.answers.length, 1)
  assert.match(String(accept(gone, reply)), /answered otherwise than its generation does/)
  const denied = { ...(await answered(made, gone)), rcode: 'NOERROR' as const }
  assert.match(String(accept(gone, denied)), /answered otherwise/)
})

test('an old generation that begins to answer for what it refused is not the one that was learnt', async () => {
  const accept = await judge()
  const question = udp('added.test', 'SOA')
  const reply = { ...(await answered(made, question)), nsid: `ns1.${before}` }
  assert.match(String(accept(question, reply)), /answered otherwise than its generation does/)
})

test('what learning did not get is judged by the nearest name that it did', async () => {
  const accept = await judge((question) => question === 'added.test. SOA' || question === 'kept.example.test. A')
  const added = udp('added.test', 'SOA')
  assert.is(accept(added, await answered(old, added)), true)
  const kept = udp('kept.example.test', 'A')
  const reply = await answered(old, kept)
  assert.is(accept(kept, reply), true)
  assert.match(String(accept(kept, { ...reply, aa: false })), /not authoritative/)
})

test('what one nameserver was not heard to say, another of its generation has said', async () => {
  const [whole] = await learnt()
  if (!whole) throw new Error('nothing was learnt')
  const partial = { ...whole, nsid: `ns2.${before}`, answers: new Map([...whole.answers].slice(0, 1)) }
  const accept = acceptGenerations([partial, whole])
  const kept = udp('kept.example.test', 'A')
  const reply = { ...(await answered(old, kept)), nsid: partial.nsid }
  assert.is(accept(kept, reply), true)
  assert.match(String(accept(kept, { ...reply, answers: [] })), /answered otherwise/)
})

test('of a generation of which nothing was learnt, authority is wanted', async () => {
  const accept = await judge(() => true)
  const kept = udp('kept.example.test', 'A')
  const reply = await answered(old, kept)
  assert.is(accept(kept, reply), true)
  assert.match(String(accept(kept, { ...reply, aa: false })), /not authoritative/)
})

/** What a question asks, whatever its id. */
const contentOf = (asked: Buffer): string => asked.subarray(2).toString('hex')

test('learning asks again when an answer is lost, and goes on without what is never answered', async () => {
  const [never] = questions
  const seen = new Set<string>()
  let first = ''
  const lossy = await startServer((asked, transport) => {
    const content = contentOf(asked)
    first ||= content
    const isNew = !seen.has(content)
    seen.add(content)
    return isNew || content === first ? null : forward(asked, transport, old.port)
  })
  const [known] = await learnBaseline([lossy.target], questions, { timeoutMs: 100 })
  await lossy.close()
  assert.is(known?.generation, before)
  assert.equal(
    questions.filter(({ name, type }) => !known?.answers.has(`${name} ${type}`)),
    [never],
  )
})

test('of a server that is silent nothing is learnt, and it is not asked everything; the others are', async () => {
  const seen = new Set<string>()
  const silent = await startServer((asked) => {
    seen.add(contentOf(asked))
    return null
  })
  const known = await learnBaseline([silent.target, old.ipv4], questions, { timeoutMs: 50 })
  await silent.close()
  assert.equal(
    known.map(({ generation }) => generation),
    [before],
  )
  assert.ok(seen.size < questions.length)
})

test('nameservers of one generation that differed before are each judged by themselves; one that was not learnt, by the others', async () => {
  const ailing = await startNamed(
    oldZones.filter(({ origin }) => origin !== 'example.test.'),
    { nsid: `ns2.${before}` },
  )
  const known = await learnBaseline([ailing.ipv4, old.ipv4], questions)
  const accept = acceptGenerations([generationFromZones(now, newZones), ...known])
  for (const server of [ailing, old]) {
    for (const question of byBoth) assert.is(accept(question, await answered(server, question)), true, question.name)
  }
  await ailing.stop()
  const kept = udp('kept.example.test', 'A')
  const reply = { ...(await answered(old, kept)), nsid: `ns3.${before}` }
  assert.is(accept(kept, reply), true)
  assert.match(String(accept(kept, { ...reply, answers: [] })), /answered otherwise/)
})

test.run()
