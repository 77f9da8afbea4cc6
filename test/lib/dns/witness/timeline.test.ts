import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Answered } from '../../../../lib/dns/wire/reply.ts'
import { createTimeline, type Timeline } from '../../../../lib/dns/witness/timeline.ts'

const test = suite('lib/dns/witness/timeline')

const target = { name: 'lb1', address: '127.0.0.1', port: 53 }
const startedAt = 1_790_000_000_000
const answer = (nsid: string, ms: number): Answered => ({ kind: 'answered', nsid, ms }) as Answered
const lost = { kind: 'timeout', detail: 'no answer', ms: 2000 } as const

const play = () => {
  const timeline = createTimeline(startedAt)
  const { note } = timeline.lane(target)
  return {
    report: timeline.report,
    answered: (afterMs: number, nsid: string, ms = 1) =>
      note({ at: startedAt + afterMs, transport: 'udp', reply: answer(nsid, ms), fate: 'answered' }),
    byTcp: (afterMs: number, nsid: string) =>
      note({ at: startedAt + afterMs, transport: 'tcp', reply: answer(nsid, 1), fate: 'answered' }),
    wrong: (afterMs: number, nsid: string) =>
      note({ at: startedAt + afterMs, transport: 'udp', reply: answer(nsid, 1), fate: 'wrong' }),
    lost: (afterMs: number) => note({ at: startedAt + afterMs, transport: 'udp', reply: lost, fate: 'lost' }),
  }
}

const binsOf = ({ lanes }: Timeline) => lanes[0]?.bins ?? []

test('a query is in the bin in which it was sent, with what became of it and who answered', () => {
  const { report, answered, byTcp, wrong, lost } = play()
  answered(10, 'ns1.100')
  answered(130, 'ns1.100')
  byTcp(131, 'ns1.100')
  answered(240, 'ns1.200')
  wrong(249, 'ns1.200')
  lost(260)
  const { identities, binMs } = report()
  assert.equal([identities, binMs], [['ns1.100', 'ns1.200'], 125])
  assert.equal(
    binsOf(report()).map(({ latencyCounts: _, ...bin }) => bin),
    [
      {
        afterMs: 0,
        asked: 1,
        answered: 1,
        wrong: 0,
        lost: 0,
        refused: 0,
        answeredBy: [{ identity: 0, udp: 1, tcp: 0 }],
      },
      {
        afterMs: 125,
        asked: 4,
        answered: 3,
        wrong: 1,
        lost: 0,
        refused: 0,
        answeredBy: [
          { identity: 0, udp: 1, tcp: 1 },
          { identity: 1, udp: 2, tcp: 0 },
        ],
      },
      { afterMs: 250, asked: 1, answered: 0, wrong: 0, lost: 1, refused: 0, answeredBy: [] },
    ],
  )
})

test('each duration is within a bucket that is at most a tenth wide', () => {
  for (const ms of [0.03, 0.1, 0.11, 1, 1.04, 7.7, 123, 1999, 9999]) {
    const { report, answered } = play()
    answered(0, 'ns1.100', ms)
    const [[bucket = -1, count] = []] = binsOf(report())[0]?.latencyCounts ?? []
    const { latencyBoundsMs } = report()
    assert.is(count, 1)
    const [shortest, longest] = [latencyBoundsMs[bucket - 1] ?? 0, latencyBoundsMs[bucket] ?? 0]
    // the bounds are rounded to four digits
    assert.ok(shortest * 0.999 < ms && ms <= longest * 1.001, `${shortest} ${ms} ${longest}`)
    assert.ok(bucket === 0 || longest / shortest < 1.11)
  }
  const { report, answered } = play()
  answered(0, 'ns1.100', 60_000)
  assert.equal(binsOf(report())[0]?.latencyCounts, [[report().latencyBoundsMs.length - 1, 1]])
})

test('an hour at 200 questions a second is in bins of a second at most, with nothing lost in the account', () => {
  const { report, answered, lost } = play()
  const seconds = 3600
  for (let i = 0; i < seconds * 200; i++) answered(i * 5, i < seconds * 100 ? 'ns1.100' : 'ns1.200', 1 + (i % 40) / 10)
  lost(seconds * 1000 - 1)
  const { binMs } = report()
  const bins = binsOf(report())
  assert.is(binMs, 1000)
  assert.is(bins.length, seconds)
  const sum = (count: (bin: (typeof bins)[number]) => number): number => bins.reduce((all, bin) => all + count(bin), 0)
  assert.equal([sum(({ asked }) => asked), sum((bin) => bin.lost)], [seconds * 200 + 1, 1])
  assert.is(
    sum(({ latencyCounts }) => latencyCounts.reduce((all, [, count]) => all + count, 0)),
    seconds * 200,
  )
  const of = (identity: number): number =>
    sum(({ answeredBy }) => answeredBy.find((one) => one.identity === identity)?.udp ?? 0)
  assert.equal([of(0), of(1)], [seconds * 100, seconds * 100])
  assert.equal([bins[1799]?.answeredBy[0]?.identity, bins[1800]?.answeredBy[0]?.identity], [0, 1])
  assert.ok(JSON.stringify(report()).length < 2_000_000)
})

test('a run of days is no longer than one of hours', () => {
  const { report, answered } = play()
  for (let hour = 0; hour < 100; hour++) answered(hour * 3_600_000, 'ns1.100')
  assert.is(report().binMs, 128_000)
  assert.is(binsOf(report()).length, 100)
})

test('lanes share their bins, whoever of them goes on for longer', () => {
  const timeline = createTimeline(startedAt)
  const [left, stayed] = [timeline.lane(target), timeline.lane({ ...target, address: '::1' })]
  const ended = { transport: 'udp', reply: lost, fate: 'lost' } as const
  for (const lane of [left, stayed])
    for (const afterMs of [0, 125, 1000]) lane.note({ ...ended, at: startedAt + afterMs })
  stayed.note({ ...ended, at: startedAt + 600_000 })
  const { binMs, lanes } = timeline.report()
  assert.is(binMs, 250)
  assert.equal(
    lanes.map(({ address, bins }) => [address, bins.map(({ afterMs, lost: count }) => [afterMs, count])]),
    [
      [
        '127.0.0.1',
        [
          [0, 2],
          [1000, 1],
        ],
      ],
      [
        '::1',
        [
          [0, 2],
          [1000, 1],
          [600_000, 1],
        ],
      ],
    ],
  )
})

test('whoever invents identities does not fill the memory', () => {
  const { report, answered } = play()
  for (let i = 0; i < 1000; i++) answered(0, `ns1.${i}`)
  const { identities } = report()
  assert.is(identities.length, 65)
  assert.equal(binsOf(report())[0]?.answeredBy.at(-1), { identity: 64, udp: 936, tcp: 0 })
  assert.is(identities.at(-1), '(others)')
})

test.run()
