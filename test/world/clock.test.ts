import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLeapingClock } from './clock.ts'

const test = suite('world/clock')

test('an hour is over at once, and sleepers wake in their order', async () => {
  const clock = createLeapingClock(() => false, 1000)
  const woken: string[] = []
  const sleep = (name: string, ms: number): Promise<unknown> =>
    clock.sleep(ms).then(() => woken.push(`${name} at ${clock.now()}`))
  const startedAt = performance.now()
  await Promise.all([sleep('late', 3_600_000), sleep('early', 10), sleep('middle', 500)])
  assert.equal(woken, ['early at 1010', 'middle at 1500', 'late at 3601000'])
  assert.ok(performance.now() - startedAt < 1000)
})

test('stands still while there is work', async () => {
  let isBusy = true
  const clock = createLeapingClock(() => isBusy, 0)
  let isAwake = false
  const sleeping = clock.sleep(1).then(() => {
    isAwake = true
  })
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal([isAwake, clock.now()], [false, 0])
  isBusy = false
  await sleeping
  assert.is(clock.now(), 1)
})

test('wakes at once, with the reason, who is called off', async () => {
  const clock = createLeapingClock(() => true, 0)
  const stop = new AbortController()
  const reason = new Error('called off')
  const sleeping = clock.sleep(60_000, stop.signal).catch((error: unknown) => error)
  stop.abort(reason)
  assert.is(await sleeping, reason)
  assert.is(await clock.sleep(1, stop.signal).catch((error: unknown) => error), reason)
})

test.run()
