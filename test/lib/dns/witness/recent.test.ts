import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createRecent } from '../../../../lib/dns/witness/recent.ts'
import type { Ended } from '../../../../lib/dns/witness/timeline.ts'

const test = suite('lib/dns/witness/recent')

const startedAt = 1_790_000_000_000

const answered = (at: number, ms: number): Ended => ({
  at: startedAt + at,
  transport: 'udp',
  fate: 'answered',
  reply: { kind: 'answered', ms } as Ended['reply'],
})
const lost = (at: number): Ended => ({
  at: startedAt + at,
  transport: 'udp',
  fate: 'lost',
  reply: { kind: 'timeout', detail: 'no answer' } as Ended['reply'],
})

const reported = (ended: readonly Ended[], now: number) => {
  const recent = createRecent()
  for (const one of ended) recent.note(one)
  return recent.report(startedAt + now)
}

const isNear = (ms: number | undefined, wanted: number): boolean =>
  ms !== undefined && ms >= wanted && ms <= wanted * 1.1

test('quantiles are those of all durations, and not of the quantiles of seconds', () => {
  const many = Array.from({ length: 990 }, (_, index) => answered(index, 1))
  const few = Array.from({ length: 10 }, (_, index) => answered(1000 + index, 50))
  const { p50Ms, p99Ms, seconds } = reported([...many, ...few], 2500)
  assert.ok(isNear(p50Ms, 1), `${p50Ms}`)
  assert.ok(isNear(p99Ms, 1), `${p99Ms}`)
  assert.ok(isNear(seconds[0]?.p99Ms, 1) && isNear(seconds[1]?.p99Ms, 50), JSON.stringify(seconds))
  assert.is(seconds.length, 2)
})

test('what is older than a minute counts no more', () => {
  const later = Array.from({ length: 70 }, (_, index) => answered((index + 1) * 1000, 2))
  const { p99Ms, seconds } = reported([answered(0, 500), lost(10), ...later], 71_000)
  assert.ok(isNear(p99Ms, 2), `${p99Ms}`)
  assert.is(seconds.length, 60)
  assert.is(
    seconds.some(({ isBad }) => isBad),
    false,
  )
})

test('what is lost marks the second in which it was asked, though that is told later', () => {
  const { seconds } = reported([answered(100, 1), answered(1100, 1), answered(2100, 1), lost(150)], 3000)
  assert.equal(
    seconds.map(({ isBad }) => isBad),
    [true, false, false],
  )
})

test('a second in which nobody answered has no time, and the one that is not over is not among them', () => {
  const { seconds, p50Ms } = reported([answered(100, 1), answered(2100, 9)], 2500)
  assert.equal(
    seconds.map(({ p99Ms }) => p99Ms !== undefined),
    [true, false],
  )
  assert.ok(isNear(p50Ms, 1))
})

test('before anything was asked there is nothing', () => {
  assert.equal(reported([], 500), { p50Ms: undefined, p99Ms: undefined, seconds: [] })
})

test.run()
