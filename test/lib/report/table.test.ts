import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { table } from '../../../lib/report/table.ts'

const tables = suite('lib/report/table')

tables('lines columns up, figures to the right, nothing trailing', () => {
  assert.is(
    table(
      [
        ['name', 'sent'],
        ['lb1', '9'],
        ['lb10', '1000'],
      ],
      [1],
    ),
    'name  sent\nlb1      9\nlb10  1000',
  )
})

tables.run()
