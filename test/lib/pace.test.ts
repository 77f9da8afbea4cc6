import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Clock } from '../../lib/clock.ts'
import { paceOf } from '../../lib/pace.ts'

const test = suite('lib/pace')

/** A clock on which those who sleep wait beside each other. */
const createClock = (): Clock & { readonly slept: number[]; at: number } => {
  const clock = {
    at: 1000,
    slept: [] as number[],
    now: () => clock.at,
    sleep: async (ms: number) => void clock.slept.push(ms),
  }
  return clock
}

test('the first goes at once, and those after it evenly', async () => {
  const clock = createClock()
  const pace = paceOf(10, clock)
  await Promise.all([1, 1, 3, 1].map((questions) => pace?.(questions, undefined)))
  assert.equal(clock.slept, [100, 200, 500])
})

test('what was not asked is not saved up', async () => {
  const clock = createClock()
  const pace = paceOf(10, clock)
  await pace?.(1, undefined)
  clock.at += 60_000
  await pace?.(1, undefined)
  await pace?.(1, undefined)
  assert.equal(clock.slept, [100])
})

test('what was given up takes no time from others', async () => {
  const clock = createClock()
  const pace = paceOf(10, clock)
  await pace?.(1, undefined)
  const { sleep } = clock
  clock.sleep = () => Promise.reject(new Error('given up'))
  await Promise.allSettled(Array.from({ length: 50 }, () => pace?.(1, undefined)))
  clock.sleep = sleep
  await pace?.(1, undefined)
  assert.equal(clock.slept.map(Math.round), [100])
})

test('without a limit there is none', () => assert.is(paceOf(undefined, createClock()), undefined))

test.run()
