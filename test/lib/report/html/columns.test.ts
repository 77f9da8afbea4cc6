import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Reply } from '../../../../lib/dns/wire/reply.ts'
import { createTimeline } from '../../../../lib/dns/witness/timeline.ts'
import { columnsOf } from '../../../../lib/report/html/columns.ts'

const test = suite('lib/report/html/columns')

const startedAt = 1_790_000_000_000
const target = { name: 'lb1', address: '127.0.0.1', port: 53 }

/** Ten answers a second for so many seconds, each second of its own latency; the last of each is lost. */
const play = (latencies: readonly number[]) => {
  const timeline = createTimeline(startedAt)
  const lane = timeline.lane(target)
  for (const [second, ms] of latencies.entries())
    for (let i = 0; i < 10; i++) {
      const reply = (i < 9 ? { kind: 'answered', nsid: `ns1.${i % 2}`, ms } : { kind: 'timeout' }) as Reply
      const at = startedAt + second * 1000 + i * 100
      lane.note({ at, transport: i === 0 ? 'tcp' : 'udp', reply, fate: i < 9 ? 'answered' : 'lost' })
    }
  return timeline.report()
}

const columns = (latencies: readonly number[], most: number, earlierMs = 0) => {
  const timeline = play(latencies)
  return columnsOf(timeline, timeline.lanes[0]?.bins ?? [], { startedAtUnixMs: startedAt - earlierMs, most })
}

const near = (one: number | undefined, other: number): boolean =>
  one !== undefined && one >= other * 0.999 && one <= other * 1.11

test('a quantile of a column is that of all that was asked in it, not a mean of those of its bins', () => {
  const [whole, ...others] = columns([1, 1, 1, 100], 1)
  assert.equal(others, [])
  assert.ok(near(whole?.p50Ms, 1), `${whole?.p50Ms}`)
  assert.ok(near(whole?.p99Ms, 100), `${whole?.p99Ms}`)
  assert.equal([whole?.asked, whole?.failed], [40, 4])
  assert.equal(whole?.answeredBy, [
    { identity: 0, udp: 16, tcp: 4 },
    { identity: 1, udp: 16, tcp: 0 },
  ])
})

test('there are no more columns than wanted, of equal width, and at their time since the run began', () => {
  const all = columns([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 10, 2500)
  assert.ok(all.length <= 11 && all.length >= 9, `${all.length}`)
  assert.is(all[0]?.from, 2.5)
  for (const { from, to } of all) assert.ok(Math.abs(to - from - 1) < 0.001)
  assert.is(
    all.reduce((sum, { asked }) => sum + asked, 0),
    100,
  )
})

test('where nothing was answered there is no quantile, and where nothing was asked no column', () => {
  const timeline = createTimeline(startedAt)
  const lane = timeline.lane(target)
  const reply = { kind: 'timeout', detail: '', ms: 0 } as const
  for (const after of [0, 60_000]) lane.note({ at: startedAt + after, transport: 'udp', reply, fate: 'lost' })
  const report = timeline.report()
  assert.equal(
    columnsOf(report, report.lanes[0]?.bins ?? [], { startedAtUnixMs: startedAt, most: 60 }).map(
      ({ p50Ms, p99Ms, asked, failed }) => [p50Ms, p99Ms, asked, failed],
    ),
    [
      [undefined, undefined, 1, 1],
      [undefined, undefined, 1, 1],
    ],
  )
  assert.equal(columnsOf(report, [], { startedAtUnixMs: startedAt, most: 60 }), [])
})

test.run()
