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
      { width: 80, right: [1] },
    ),
    '  name  sent\n  lb1      9\n  lb10  1000',
  )
})

const rows = [
  ['zone', 'delegated to', 'not heard', 'TTL'],
  [
    'example.test',
    'ns1.example.test ns2.example.test ns3.example.test',
    'a.nic.test (192.0.2.1): no answer came',
    '60',
  ],
  ['other.test', 'ns1.example.test', '-', '3600'],
]

for (const [width, shown] of [
  [
    Number.POSITIVE_INFINITY,
    `  zone          delegated to                                        not heard                                TTL
  example.test  ns1.example.test ns2.example.test ns3.example.test  a.nic.test (192.0.2.1): no answer came    60
  other.test    ns1.example.test                                    -                                       3600`,
  ],
  [
    80,
    `  zone          delegated to                  not heard                      TTL
  example.test  ns1.example.test              a.nic.test (192.0.2.1): no      60
                ns2.example.test              answer came
                ns3.example.test
  other.test    ns1.example.test              -                             3600`,
  ],
  [
    60,
    `  zone          delegated to
    not heard                                TTL
  example.test  ns1.example.test ns2.example.test
                ns3.example.test
    a.nic.test (192.0.2.1): no answer came    60
  other.test    ns1.example.test
    -                                       3600`,
  ],
] as const) {
  tables(`${width} columns: folds what is long, then goes on below`, () =>
    assert.is(table(rows, { width, right: [3] }), shown),
  )
}

tables('figures with their unit stay on one line', () => {
  assert.is(
    table(
      [
        ['a', 'took'],
        ['b', '2 min 5 s'],
      ],
      { width: 8 },
    ),
    '  a\n    took\n  b\n    2 min 5 s',
  )
})

tables('a row that has nothing below takes no line for it', () => {
  const fields = [
    ['name', 'remark'],
    ['lb1', ''],
    ['lb2', 'x'.repeat(20)],
  ]
  assert.is(table(fields, { width: 20 }), `  name\n    remark\n  lb1\n  lb2\n    ${'x'.repeat(20)}`)
})

tables.run()
