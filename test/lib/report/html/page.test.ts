import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Reply } from '../../../../lib/dns/wire/reply.ts'
import { createTally, type TargetReport } from '../../../../lib/dns/witness/tally.ts'
import { createTimeline } from '../../../../lib/dns/witness/timeline.ts'
import { reportPage } from '../../../../lib/report/html/page.ts'
import { recordRun } from '../../../../lib/report/run-record.ts'

const test = suite('lib/report/html/page')

const startedAt = 1_790_000_000_000
const question = { name: 'example.test', type: 'SOA', transport: 'udp' } as const
const hour = 3600

/** What a witness leaves of an hour: 200 questions a second at each of four addresses, and every hundredth second nothing comes back. */
const watchHour = () => {
  const timeline = createTimeline(startedAt)
  let now = startedAt
  const tallies = ['127.0.0.1', '::1', '127.0.0.2', '::2'].map((address, index) => {
    const target = { name: `lb${1 + Math.floor(index / 2)}`, address, port: 53, since: startedAt }
    return createTally(target, () => now, { lanes: [timeline.lane(target)] })
  })
  for (let i = 0; i < hour * 200; i++) {
    now = startedAt + i * 5
    const nsid = `ns1.${i < hour * 100 ? 100 : 200}`
    const isLost = i % 20_000 < 20
    const reply = (
      isLost ? { kind: 'timeout', detail: 'no answer' } : { kind: 'answered', nsid, ms: 1 + ((i * 7) % 90) / 10 }
    ) as Reply
    for (const tally of tallies) {
      tally.send()
      tally.settle(
        { question, at: now, step: i < hour * 100 ? 'start' : 'switch lb1', isHeard: true, isHandedOver: false },
        reply,
        true,
      )
    }
  }
  const targets = tallies.map((tally) => tally.report())
  const [first] = targets
  if (!first) throw new Error('no target')
  const { p50Ms, p99Ms, maxMs } = first
  const sum = (count: (one: TargetReport) => number): number => targets.reduce((all, one) => all + count(one), 0)
  const totals = {
    sent: sum((one) => one.sent),
    answered: sum((one) => one.answered),
    lost: sum((one) => one.lost),
    wrong: 0,
    refused: 0,
    inFlight: 0,
    retriedLost: 0,
    p50Ms,
    p99Ms,
    maxMs,
  }
  const steps = [
    { name: 'start', at: startedAt },
    { name: 'switch lb1', at: startedAt + hour * 500 },
  ]
  return { report: { startedAt, at: now, targets, totals, steps, stalledMs: 0 }, timeline: timeline.report() }
}

test('the page of an hour at 200 questions a second is below 3 MB, with every question that was lost', async () => {
  const record = recordRun({
    plan: { operation: 'deploy', generation: 200, notes: [], phases: [] },
    startedAtUnixMs: startedAt,
    endedAtUnixMs: startedAt + hour * 1000,
    outcome: { exitCode: 0 },
    commit: '',
    versions: {},
    journal: [],
    witness: watchHour(),
    answers: [],
  })
  const page = await reportPage(record)
  const bytes = Buffer.byteLength(page)
  assert.ok(bytes < 3_000_000, `${bytes} bytes`)
  assert.is(page.match(/<b>lost<\/b>/g)?.length, 4 * 36 * 20)
  assert.ok(JSON.stringify(record).length < 10_000_000)
})

test.run()
