import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import type { Look } from '../../../lib/tell/teller.ts'
import { watch } from '../../../lib/watch/watch.ts'

const test = suite('lib/watch/watch')

test('a look that takes longer than two short intervals is not thrown away: an outage takes longest to see', async () => {
  const ended = new AbortController()
  const looks: Look[] = []
  const exitCode = await watch({
    clock: systemClock,
    everyMs: 20,
    rules: { needed: 2, of: 3 },
    signal: ended.signal,
    look: async () => {
      await delay(100)
      return { findings: [], notes: [], unknown: [], isMoving: false, latencies: [], signatures: [] }
    },
    isLinkUp: async () => true,
    deliver: async (_changes, look) => {
      looks.push(look)
      ended.abort()
      return true
    },
  })
  assert.is(looks.length, 1)
  assert.ok(looks[0]?.report, 'it was cut off')
  assert.match(looks[0]?.remarks.join('\n') ?? '', /The look took .*, longer than/)
  assert.is(exitCode, 8)
})

for (const [title, told, exitCode] of [
  ['ends by itself', [true, true], 8],
  ['fails when the last one could not be told', [true, false], 1],
  ['is well when only an earlier one could not be told', [false, true], 8],
] as const) {
  test(`a watch of so many looks ${title}`, async () => {
    let count = 0
    const ended = await watch({
      clock: systemClock,
      everyMs: 10,
      looks: told.length,
      rules: { needed: 2, of: 2 },
      signal: new AbortController().signal,
      look: async () => ({ findings: [], notes: [], unknown: [], isMoving: false, latencies: [], signatures: [] }),
      isLinkUp: async () => true,
      deliver: async () => {
        assert.ok(count < told.length, 'it goes on')
        return told[count++] === true
      },
    })
    assert.equal([ended, count], [exitCode, told.length])
  })
}

test.run()
