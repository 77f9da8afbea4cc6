import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sparkline } from '../../../lib/report/sparkline.ts'

const sparklines = suite('lib/report/sparkline')

sparklines('the greatest value has the highest bar, and whatever is not nothing shows', () => {
  assert.is(sparkline([100, 50, 1, 0]), '█▅▂▁')
})

sparklines('nothing at all is a flat line', () => {
  assert.is(sparkline([0, 0, 0]), '▁▁▁')
  assert.is(sparkline([]), '')
})

sparklines.run()
