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
      return { findings: [], notes: [], unknown: [], isMoving: false, latencies: [] }
    },
    isLinkUp: async () => true,
    deliver: async (_changes, look) => {
      looks.push(look)
      ended.abort()
    },
  })
  assert.is(looks.length, 1)
  assert.ok(looks[0]?.report, 'it was cut off')
  assert.match(looks[0]?.remarks.join('\n') ?? '', /The look took .*, longer than/)
  assert.is(exitCode, 8)
})

test.run()
