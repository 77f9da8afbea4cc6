import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createWindow } from '../../../../lib/dns/checks/window.ts'

const test = suite('lib/dns/checks/window')

for (const [title, noted, size] of [
  ['begins small', [], 2],
  ['grows by one with each that is answered', [true, true], 4],
  ['grows no further than it may', [true, true, true, true, true], 5],
  ['is small again after one that was not answered', [true, true, false], 2],
  ['and stays small', [true, true, false, true, true], 2],
] as const) {
  test(title, () => {
    const window = createWindow(2, 5)
    for (const isAnswered of noted) window.note(isAnswered)
    assert.is(window.size(), size)
  })
}

test.run()
