import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Clock, systemClock, waitFor } from '../../lib/clock.ts'

const clock = suite('lib/clock')

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

const instant = (): Clock => {
  let now = 0
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
  }
}

clock('a sleep that is interrupted ends with the reason of the interruption', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const sleep = systemClock.sleep(60_000, controller.signal)
  controller.abort(reason)
  assert.is(await reasonOf(sleep), reason)
  assert.is(await reasonOf(systemClock.sleep(60_000, controller.signal)), reason)
})

clock('waits until it is done and returns what came of it', async () => {
  let tries = 0
  const seen: string[] = []
  const result = await waitFor('three', async () => (++tries === 3 ? { done: tries } : { seen: `try ${tries}` }), {
    clock: instant(),
    everyMs: 10,
    timeoutMs: 1000,
    onSeen: (text) => seen.push(text),
  })
  assert.is(result, 3)
  assert.equal(seen, ['try 1', 'try 2'])
})

clock('a time-out says what was last seen', async () => {
  const wait = waitFor('ns1 ready', async () => ({ seen: 'port 22 closed' }), {
    clock: instant(),
    everyMs: 1000,
    timeoutMs: 5000,
  })
  assert.match(String(await reasonOf(wait)), 'ns1 ready: not so after 5 s. Last seen: port 22 closed')
})

clock('what can never succeed rises at once', async () => {
  const broken = new Error('broken')
  const wait = waitFor('x', async () => Promise.reject(broken), { clock: instant(), everyMs: 1, timeoutMs: 10 })
  assert.is(await reasonOf(wait), broken)
})

clock.run()
