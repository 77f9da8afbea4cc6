import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeMoment, describeRemaining, duration, parseDuration } from '../../lib/time.ts'

const time = suite('lib/time')

for (const [ms, text] of [
  [190_080_000, '2 d 4 h'],
  [7_980_000, '2 h 13 min'],
  [250_000, '4 min 10 s'],
  [3_600_000, '1 h'],
  [45_000, '45 s'],
  [44_001, '45 s'],
  [0, '0 s'],
  [-5, '0 s'],
] as const) {
  time(`${ms} ms are told as ${text}`, () => assert.is(describeRemaining(ms), text))
}

for (const [ms, text] of [
  [0, '0 ms'],
  [950, '950 ms'],
  [999.6, '1.0 s'],
  [12_340, '12.3 s'],
  [59_960, '1 min'],
  [60_000, '1 min'],
  [125_000, '2 min 5 s'],
  [3_599_700, '1 h'],
  [3_900_000, '1 h 5 min'],
  [93_600_000, '1 d 2 h'],
] as const) {
  time(`${ms} ms that were measured are told as ${text}`, () => assert.is(duration(ms), text))
}

time('a moment is told to the second, in the time of no place', () => {
  assert.is(describeMoment(1_795_421_931_999), '08:18:51 UTC, 2026-11-23')
})

for (const [text, ms] of [
  ['30s', 30_000],
  ['5 min', 300_000],
  ['5m', 300_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['0s', undefined],
  ['30', undefined],
  ['-30s', undefined],
  ['1.5h', undefined],
  ['30s later', undefined],
] as const) {
  time(`${text} is ${ms === undefined ? 'no time' : `${ms} ms`}`, () => assert.is(parseDuration(text), ms))
}

time.run()
