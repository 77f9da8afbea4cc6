import { createSocket } from 'node:dgram'
import { setTimeout as delay } from 'node:timers/promises'
import { encode } from 'dns-packet'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openTcp } from '../../../lib/dns/query/tcp.ts'
import { openUdp } from '../../../lib/dns/query/udp.ts'
import { converse, query, type Target } from '../../../lib/dns/query.ts'
import { prepareQuestion, type Question } from '../../../lib/dns/wire/question.ts'
import { InfraError } from '../../../lib/errors.ts'
import { type Behaviour, startServer } from './relay.ts'

const test = suite('lib/dns/query')

const question: Question = { name: 'example.test', type: 'A', transport: 'udp' }

const answerTo = (asked: Buffer, change: Parameters<typeof encode>[0] = {}): Buffer =>
  encode({
    type: 'response',
    id: asked.readUInt16BE(0),
    flags: 0x0400,
    questions: [{ name: 'example.test', type: 'A' }],
    answers: [{ name: 'Example.Test', type: 'A', ttl: 60, data: '192.0.2.1' }],
    ...change,
  })

const withServer = async <T>(behave: Behaviour, use: (target: Target) => Promise<T>): Promise<T> => {
  const server = await startServer(behave)
  try {
    return await use(server.target)
  } finally {
    await server.close()
  }
}

const later = <T>(ms: number, give: () => T): Promise<T> =>
  new Promise((resolve) => setTimeout(() => resolve(give()), ms))

const ask = (behave: Behaviour, asked: Question = question) =>
  withServer(behave, (target) => query(target, asked, { timeoutMs: 150 }))

test('an answer comes with its flags, records and size', async () => {
  const reply = await ask((asked) => answerTo(asked))
  if (reply.kind !== 'answered') throw new Error(reply.detail)
  assert.equal(reply.answers, [{ name: 'example.test.', type: 'A', class: 1, ttl: 60, rdata: '192.0.2.1' }])
  assert.equal(
    [reply.rcode, reply.aa, reply.tc, reply.ra, reply.nsid, reply.edns],
    ['NOERROR', true, false, false, null, null],
  )
  assert.is(reply.from.address, '127.0.0.1')
})

test('the NSID and the upper bits of the rcode come from the OPT record', async () => {
  const opt = {
    type: 'OPT' as const,
    name: '.',
    udpPayloadSize: 1232,
    extendedRcode: 1,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: [{ code: 3 as 12, data: Buffer.from('ns1.7') }],
  }
  const reply = await ask((asked) => answerTo(asked, { additionals: [opt] }))
  assert.is(reply.kind === 'answered' && reply.rcode, 'BADVERS')
  assert.is(reply.kind === 'answered' && reply.nsid, 'ns1.7')
})

const notOurs = (asked: Buffer): Buffer => answerTo(asked, { id: (asked.readUInt16BE(0) + 1) & 0xffff })

for (const [title, behave, heard] of [
  ['another id', (asked) => notOurs(asked), /another id/],
  ['another name', (asked) => answerTo(asked, { questions: [{ name: 'other.test', type: 'A' }] }), /another question/],
  [
    'another type',
    (asked) => answerTo(asked, { questions: [{ name: 'example.test', type: 'NS' }] }),
    /another question/,
  ],
  ['no question in a good answer', (asked) => answerTo(asked, { questions: [] }), /another question/],
  ['the question itself, echoed', (asked) => asked, /question instead of an answer/],
  ['an empty message', () => Buffer.alloc(0), /ignored: an empty message$/],
  ['a single octet', () => Buffer.from('x'), /ignored: too few octets for an answer \(1\)$/],
  ['less than a header', (asked) => notOurs(asked).subarray(0, 11), /ignored: too few octets for an answer \(11\)$/],
  ['nothing', () => null, /within 150 ms$/],
] as const satisfies readonly (readonly [string, Behaviour, RegExp])[]) {
  for (const transport of ['udp', 'tcp'] as const) {
    test(`${title}: not taken for an answer over ${transport}`, async () => {
      const reply = await ask(behave, { ...question, transport })
      assert.is(reply.kind, 'timeout')
      assert.match(reply.kind === 'answered' ? '' : reply.detail, heard)
    })
  }
}

test('a forged answer before the right one does no harm', async () => {
  const server = createSocket('udp4')
  server.on('message', (asked, { port }) => {
    server.send(answerTo(asked, { id: asked.readUInt16BE(0) ^ 1 }), port, '127.0.0.1')
    server.send(answerTo(asked), port, '127.0.0.1')
  })
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', () => resolve()))
  const reply = await query({ address: '127.0.0.1', port: server.address().port }, question)
  server.close()
  assert.is(reply.kind, 'answered')
})

test('garbage with the right id is a malformed answer, cut messages too', async () => {
  for (const transport of ['udp', 'tcp'] as const) {
    const cut = await ask((asked) => answerTo(asked).subarray(0, -3), { ...question, transport })
    assert.is(cut.kind, 'malformed', transport)
    const long = await ask((asked) => Buffer.concat([answerTo(asked), Buffer.from('x')]), { ...question, transport })
    assert.is(long.kind, 'malformed', transport)
  }
})

test('no mutation of an answer makes the reading throw', async () => {
  const { readReply } = await import('../../../lib/dns/wire/reply.ts')
  const { prepareQuestion } = await import('../../../lib/dns/wire/question.ts')
  const prepared = prepareQuestion(question)
  const good = answerTo(prepared.bytes)
  for (let i = 0; i < 20_000; i++) {
    const mutated = Buffer.from(good.subarray(0, 2 + Math.floor(Math.random() * (good.length - 1))))
    for (let j = 0; j < 3; j++) mutated[Math.floor(Math.random() * mutated.length)] = Math.floor(Math.random() * 256)
    assert.type(readReply(mutated, prepared), 'object')
  }
})

test('a port where nothing listens is refused, at once and over both transports', async () => {
  const target = await withServer(
    () => null,
    async (known) => known,
  )
  for (const transport of ['udp', 'tcp'] as const) {
    const reply = await query(target, { ...question, transport }, { timeoutMs: 5000 })
    assert.is(reply.kind, 'refused', transport)
    assert.ok(reply.ms < 4000)
  }
})

test('a connection that ends first is closed', async () => {
  const reply = await ask(() => 'close', { ...question, transport: 'tcp' })
  assert.is(reply.kind, 'closed')
})

test('a connection that the server has ended does not keep the process', () =>
  withServer(
    () => 'close',
    async (target) => {
      const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
      const before = timers()
      const connection = openTcp(target)
      await connection.ask(prepareQuestion({ ...question, transport: 'tcp' }), 60_000)
      assert.is(timers(), before)
    },
  ))

test('an aborted question ends as aborted', async () => {
  const abort = new AbortController()
  await withServer(
    () => null,
    async (target) => {
      const asking = query(target, question, { timeoutMs: 60_000, signal: abort.signal })
      abort.abort()
      assert.is((await asking).kind, 'aborted')
    },
  )
})

test('an unknown type is refused instead of being sent as type 0', async () => {
  try {
    await query({ address: '127.0.0.1', port: 9 }, { ...question, type: 'HTTP' })
    assert.unreachable()
  } catch (error) {
    assert.instance(error, InfraError)
  }
})

test('type HTTPS is asked as 65, and IXFR brings a SOA', async () => {
  const seen: Buffer[] = []
  await ask(
    (asked) => {
      seen.push(asked)
      return null
    },
    { ...question, type: 'HTTPS' },
  )
  await ask(
    (asked) => {
      seen.push(asked)
      return null
    },
    { ...question, type: 'IXFR', transport: 'tcp' },
  )
  assert.is(seen[0]?.readUInt16BE(12 + 14), 65)
  assert.is(seen[1]?.readUInt16BE(8), 1)
})

test('every question has its own random id', async () => {
  const ids = new Set<number>()
  await withServer(
    (asked) => {
      ids.add(asked.readUInt16BE(0))
      return answerTo(asked)
    },
    async (target) => {
      for (let i = 0; i < 20; i++) await query(target, question)
    },
  )
  assert.ok(ids.size > 15)
})

test('pipelined questions are answered in any order', async () => {
  let first: ((answer: Buffer) => void) | undefined
  const replies = await withServer(
    (asked) => {
      if (!first) {
        return new Promise((resolve) => {
          first = () => resolve(answerTo(asked))
        })
      }
      first(asked)
      return answerTo(asked)
    },
    (target) =>
      converse(
        target,
        [
          { ...question, transport: 'tcp' },
          { ...question, transport: 'tcp' },
        ],
        { timeoutMs: 500 },
      ),
  )
  assert.equal(
    replies.map(({ kind }) => kind),
    ['answered', 'answered'],
  )
})

test('a question after a pause goes over the same connection', async () => {
  let asked = 0
  const replies = await withServer(
    (bytes) => {
      asked++
      return answerTo(bytes)
    },
    (target) =>
      converse(target, [
        { ...question, transport: 'tcp' },
        { ...question, transport: 'tcp', pauseMs: 50 },
      ]),
  )
  assert.is(asked, 2)
  assert.equal(
    replies.map(({ kind }) => kind),
    ['answered', 'answered'],
  )
})

test('an answer that waited while this process was busy is not lost', async () => {
  await withServer(
    (asked) => answerTo(asked),
    async (target) => {
      const asking = query(target, question, { timeoutMs: 100 })
      await new Promise((resolve) => setTimeout(resolve, 5))
      const until = performance.now() + 300
      while (performance.now() < until);
      assert.is((await asking).kind, 'answered')
    },
  )
})

// Timers run on from one question to the next: each has its own time nevertheless.
test('the second question of a socket has as long as the first had', async () => {
  let received = 0
  const took = await withServer(
    (asked) => (received++ === 0 ? later(100, () => answerTo(asked)) : null),
    async (target) => {
      const socket = openUdp(target)
      const prepared = prepareQuestion(question)
      assert.is((await socket.ask(prepared, 300)).kind, 'answered')
      const second = await socket.ask(prepared, 300)
      socket.close()
      assert.is(second.kind, 'timeout')
      return second.ms
    },
  )
  assert.ok(took >= 299, `${took} ms`)
  assert.ok(took < 600, `${took} ms`)
})

/** One question that is not answered, and others that are, one after the other: how the first one ends, or `aborted` after a while. */
const askBesideSilence = (beforeAsking: () => Promise<void>) =>
  withServer(
    (asked) => (asked.readUInt8(2) & 1 ? null : answerTo(asked)),
    async (target) => {
      const connection = openTcp(target)
      const answered = prepareQuestion({ ...question, transport: 'tcp' })
      const silent = connection.ask(prepareQuestion({ ...question, transport: 'tcp', rd: true }), 200)
      let isOver = false
      void silent.then(() => {
        isOver = true
      })
      await beforeAsking()
      const until = performance.now() + 2000
      while (!isOver && performance.now() < until) await connection.ask(answered, 200)
      connection.close()
      return silent
    },
  )

test('a question without an answer ends in time while others are answered on the same connection', async () => {
  const { kind, ms } = await askBesideSilence(async () => undefined)
  assert.is(kind, 'timeout')
  assert.ok(ms >= 199, `${ms} ms`)
})

test('so it does in a process that was busy when its time was up', async () => {
  const { kind } = await askBesideSilence(async () => {
    await delay(100)
    const until = performance.now() + 200
    while (performance.now() < until);
  })
  assert.is(kind, 'timeout')
})

test.run()
