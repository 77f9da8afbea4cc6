import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTurns } from '../../../local/host/turns.ts'

const test = suite('local/host/turns')

test('works of one key wait for each other, also for one that fails; other keys do not', async () => {
  const inTurn = createTurns()
  const order: string[] = []
  const work = (name: string, ms: number) => async (): Promise<string> => {
    order.push(`${name} begins`)
    await delay(ms)
    order.push(`${name} ends`)
    if (name === 'a') throw new Error('a failed')
    return name
  }
  const results = await Promise.allSettled([inTurn(1, work('a', 30)), inTurn(1, work('b', 1)), inTurn(2, work('c', 5))])
  assert.equal(order, ['a begins', 'c begins', 'c ends', 'a ends', 'b begins', 'b ends'])
  assert.equal(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
    ['Error: a failed', 'b', 'c'],
  )
})

test.run()
