import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describePulse, type Pulse } from '../../../lib/report/pulse.ts'

const test = suite('lib/report/pulse')

const seconds = Array.from({ length: 60 }, (_, index) => ({ p99Ms: index === 59 ? 4 : 2, isBad: index === 57 }))
const pulse: Pulse = { asked: 48_213, lost: 1, wrong: 0, recent: { p50Ms: 0.42, p99Ms: 3.06, seconds } }

test('as many seconds as there is room for, the latest last, a cross where something was lost or wrong', () => {
  assert.is(describePulse(pulse, 76), '48,213 asked, 1 lost, 0 wrong, p50 0.4 ms, p99 3.1 ms ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅×▅█')
  assert.is(describePulse(pulse, 200).match(/[▁-█×]/g)?.length, 30)
})

test('less and less on a narrow terminal, and never longer', () => {
  assert.is(describePulse(pulse, 58), '48,213 asked, 1 lost, 0 wrong, p50 0.4 ms, p99 3.1 ms')
  assert.is(describePulse(pulse, 20), '48,213 asked, 1 los…')
  for (let width = 1; width < 120; width++) assert.ok(describePulse(pulse, width).length <= width)
})

test('no times where nothing was answered', () => {
  const recent = { p50Ms: undefined, p99Ms: undefined, seconds: [] }
  assert.is(describePulse({ asked: 8, lost: 8, wrong: 0, recent }, 76), '8 asked, 8 lost, 0 wrong')
})

test.run()
