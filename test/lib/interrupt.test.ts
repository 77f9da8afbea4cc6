import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nodeLine, openScreen } from '../screen.ts'

// A script on a terminal of 80 columns and 24 rows, where keys are pressed.
const test = suite('lib/interrupt')

const ctrlC = '\x03'
const esc = String.fromCharCode(27)

/** Whether a program runs that was started with these words. */
const isRunning = (...words: readonly string[]): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `${words.join('\0')}\0`
    } catch {
      return false
    }
  })

test('an interrupt is answered at once in the middle of a tree; the second gives the terminal back, ends with 130, and leaves no child', async () => {
  // no other run of this test has the same; and it ends by itself where it is left
  const seconds = `60.${process.pid}`
  const screen = openScreen(nodeLine(`test/lib/interrupted.ts --sleep ${seconds}`))
  await screen.saw(/Wait until ns1-next is ready/)
  assert.ok(isRunning('sleep', seconds), 'a program runs')
  screen.press(ctrlC)
  await screen.saw(/Finishing the current step, then stopping\. Once more quits at once\./)
  assert.ok(isRunning('sleep', seconds), 'which the first press does not reach')
  await delay(700)
  screen.press(ctrlC)
  const { code } = await screen.ended
  const seen = screen.written()
  assert.is(code, 130, seen)
  assert.match(seen, /Quit\. A step may be half done/)
  assert.ok(seen.lastIndexOf(`${esc}[?25h`) > seen.lastIndexOf(`${esc}[?25l`), 'the cursor is back')
  assert.is(isRunning('sleep', seconds), false, 'no child is left')
})

test.run()
