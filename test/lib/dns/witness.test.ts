import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { acceptGenerations, generationFromZones, learnBaseline, witnessQuestions } from '../../../lib/dns/accept.ts'
import { prepareQuestion } from '../../../lib/dns/wire/question.ts'
import type { WitnessOptions } from '../../../lib/dns/witness/load.ts'
import { describeWitness, startWitness, type WitnessReport } from '../../../lib/dns/witness.ts'
import { compileFixture, nsid, serial } from '../zones/fixture.ts'
import { type Named, startNamed } from './named.ts'
import { type Behaviour, forward, startServer } from './relay.ts'

const test = suite('lib/dns/witness')

const zones = await compileFixture()
const questions = witnessQuestions(zones)
const accept = acceptGenerations([generationFromZones(serial, zones)])
let named: Named

test.before(async () => {
  named = await startNamed(zones, { nsid })
})
test.after(() => named.stop())

const options = (change: Partial<WitnessOptions> = {}): WitnessOptions => ({
  targets: [named.ipv4],
  questions,
  queriesPerSecond: 300,
  accept,
  clock: systemClock,
  ...change,
})

const watch = async (behave: Behaviour, change: Partial<WitnessOptions> = {}, ms = 500): Promise<WitnessReport> => {
  const server = await startServer(behave, 'lb1')
  const witness = startWitness(options({ targets: [server.target], timeoutMs: 200, ...change }))
  await systemClock.sleep(ms)
  const report = await witness.stop()
  await server.close()
  return report
}

const isBalanced = ({ totals }: WitnessReport): boolean =>
  totals.inFlight === 0 && totals.sent === totals.answered + totals.wrong + totals.lost + totals.refused

test('everything asked of the real BIND is answered, rightly and with its identity', async () => {
  const witness = startWitness(options({ targets: [named.ipv4, named.ipv6] }))
  await systemClock.sleep(600)
  const report = await witness.stop()
  assert.ok(isBalanced(report))
  assert.equal([report.totals.lost, report.totals.wrong, report.totals.refused], [0, 0, 0])
  assert.ok(report.totals.sent > 200)
  for (const { nsids, tcp, answered } of report.targets) {
    assert.equal(
      nsids.map((seen) => [seen.nsid, seen.count]),
      [[nsid, answered]],
    )
    assert.is(tcp.answered, tcp.sent)
    assert.ok(tcp.sent >= 2)
  }
})

test('every tenth datagram dropped: exactly those are lost, with step and time, and asked once more', async () => {
  let received = 0
  let dropped = 0
  const report = await watch((asked, transport) => {
    if (transport === 'udp' && received++ % 10 === 0) {
      dropped++
      return null
    }
    return forward(asked, transport, named.port)
  })
  const { totals, targets } = report
  assert.ok(isBalanced(report))
  assert.ok(dropped > 0)
  // A retry may be dropped too, and then is not a second loss.
  assert.is(totals.lost + totals.retriedLost, dropped)
  assert.is(targets[0]?.losses.length, totals.lost)
  assert.is(targets[0]?.losses[0]?.step, 'start')
  assert.is(totals.wrong, 0)
})

test('a wrong answer is wrong, not lost', async () => {
  const report = await watch(async (asked, transport) => {
    const answer = await forward(asked, transport, named.port)
    answer.writeUInt16BE(answer.readUInt16BE(2) & ~0x0400, 2)
    return answer
  })
  assert.ok(isBalanced(report))
  assert.equal([report.totals.answered, report.totals.lost], [0, 0])
  assert.match(report.targets[0]?.wrongs[0]?.detail ?? '', /not authoritative/)
})

test('garbage is wrong; a dead port is refused', async () => {
  const garbage = await watch((asked) => asked.subarray(0, 13))
  assert.is(garbage.totals.wrong, garbage.totals.sent)
  const target = { ...named.ipv4, port: 1 }
  const witness = startWitness(options({ targets: [target], timeoutMs: 200 }))
  await systemClock.sleep(200)
  const refused = await witness.stop()
  assert.is(refused.totals.refused, refused.totals.sent)
})

test('the timeline has every query that was counted, and who answered from when on', async () => {
  let received = 0
  const server = await startServer(
    (asked, transport) => (transport === 'udp' && received++ % 10 === 0 ? null : forward(asked, transport, named.port)),
    'lb1',
  )
  const witness = startWitness(options({ targets: [server.target], timeoutMs: 200 }))
  await systemClock.sleep(500)
  const { totals, startedAt } = await witness.stop()
  await server.close()
  const { lanes, identities, startedAtUnixMs } = witness.timeline()
  const bins = lanes[0]?.bins ?? []
  const sum = (field: 'asked' | 'answered' | 'lost' | 'wrong' | 'refused'): number =>
    bins.reduce((all, bin) => all + bin[field], 0)
  assert.equal(
    [sum('asked'), sum('answered'), sum('lost'), sum('wrong'), sum('refused')],
    [totals.sent, totals.answered, totals.lost, 0, 0],
  )
  assert.ok(totals.lost > 0)
  assert.is(startedAtUnixMs, startedAt)
  assert.equal([lanes.length, lanes[0]?.lb, identities], [1, 'lb1', [nsid]])
  assert.ok(bins.length >= 4, `${bins.length} bins`)
})

test('losses belong to the step in which the query was sent; settle waits for them', async () => {
  let silent = false
  const server = await startServer((asked, transport) => (silent ? null : forward(asked, transport, named.port)))
  const witness = startWitness(options({ targets: [server.target], timeoutMs: 150 }))
  await systemClock.sleep(200)
  witness.markStep('switch lb1')
  // whatever was sent before the step is answered by then
  await witness.settle()
  silent = true
  await systemClock.sleep(100)
  const settled = await witness.settle()
  silent = false
  witness.markStep('retire lb1')
  await systemClock.sleep(100)
  const report = await witness.stop()
  await server.close()
  assert.ok(settled.totals.lost > 0)
  const steps = new Set(report.targets[0]?.losses.map(({ step }) => step))
  assert.ok(steps.has('switch lb1'))
  assert.not.ok(steps.has('start'))
  assert.equal(
    report.steps.map(({ name }) => name),
    ['start', 'switch lb1', 'retire lb1'],
  )
})

test('what comes and goes is every second question, however many others there are', async () => {
  const watched = { name: 'example.test.', type: 'SOA', transport: 'udp' } as const
  const asked = { all: 0, watched: 0 }
  const { bytes } = prepareQuestion(watched)
  const report = await watch(
    (message, transport) => {
      if (transport === 'udp') {
        asked.all++
        if (message.subarray(2).equals(bytes.subarray(2))) asked.watched++
      }
      return forward(message, transport, named.port)
    },
    {
      handover: {
        to: serial,
        from: [serial - 1000],
        comes: { questions: [watched], all: 1 },
        goes: { questions: [], all: 0 },
        unknown: [],
      },
    },
  )
  assert.ok(questions.length > 20)
  assert.ok(asked.watched >= Math.floor(asked.all / 2), JSON.stringify(asked))
  assert.ok(asked.watched < asked.all * 0.7, JSON.stringify(asked))
  const [lb, ...others] = report.handover?.lbs ?? []
  assert.equal([lb?.lb, lb?.comes.new?.questions, lb?.comes.old, others], ['lb1', 1, undefined, []])
})

test('a busy process loses nothing: it sends less, and says so', async () => {
  const witness = startWitness(options({ timeoutMs: 150 }))
  await systemClock.sleep(200)
  const until = performance.now() + 400
  while (performance.now() < until);
  await systemClock.sleep(200)
  const report = await witness.stop()
  assert.equal([report.totals.lost, report.totals.wrong], [0, 0])
  assert.ok(report.stalledMs >= 100)
  assert.match(describeWitness(report), /^\d+ asked, 0 lost, 0 wrong, p99 \d+\.\d ms, did not send for \d+ ms$/)
})

test('a kept connection that the server ends is opened again', async () => {
  const seen = { connections: 0 }
  const report = await watch(
    (asked, transport) => {
      if (transport === 'tcp') seen.connections++
      return transport === 'tcp' && seen.connections % 3 === 0 ? 'close' : forward(asked, transport, named.port)
    },
    {},
    2300,
  )
  assert.ok(isBalanced(report))
  assert.is(report.totals.wrong, 0)
})

test('a kept connection is let go when whoever has it is about to end, and another is opened', async () => {
  const server = await startServer((asked, transport) => forward(asked, transport, named.port))
  const witness = startWitness(options({ targets: [server.target] }))
  const until = async (count: number): Promise<void> => {
    for (let looks = 0; server.connections() !== count && looks < 200; looks += 1) await systemClock.sleep(10)
    assert.is(server.connections(), count)
  }
  try {
    await systemClock.sleep(200)
    await until(1)
    witness.letGo(['127.0.0.1'])
    await until(0)
    await until(1)
    const report = await witness.stop()
    assert.ok(isBalanced(report))
    assert.equal([report.totals.lost, report.totals.wrong, report.totals.refused], [0, 0, 0])
  } finally {
    await witness.stop()
    await server.close()
  }
})

test('old and new generation may both answer, each as it is', async () => {
  const old = await compileFixture({ serial: serial - 1000 })
  const before = await startNamed(old, { nsid: `ns1.${serial - 1000}` })
  const baseline = await learnBaseline([before.ipv4], questions)
  assert.equal(
    baseline.map(({ generation, answers }) => [generation, answers.size]),
    [[serial - 1000, questions.length]],
  )
  let port = before.port
  const both = acceptGenerations([generationFromZones(serial, zones), ...baseline])
  const server = await startServer((asked, transport) => forward(asked, transport, port))
  const witness = startWitness(options({ targets: [server.target], accept: both }))
  await systemClock.sleep(200)
  port = named.port
  await systemClock.sleep(200)
  const report = await witness.stop()
  await Promise.all([server.close(), before.stop()])
  assert.equal([report.totals.lost, report.totals.wrong], [0, 0])
  assert.equal(
    report.targets[0]?.nsids.map((seen) => seen.nsid),
    [`ns1.${serial - 1000}`, nsid],
  )
  const onlyNew = acceptGenerations([generationFromZones(serial, zones)])
  assert.match(
    String(onlyNew({ name: 'example.test', type: 'SOA', transport: 'udp' }, { nsid: 'ns1.5' } as never)),
    /none of the known/,
  )
})

test.run()
