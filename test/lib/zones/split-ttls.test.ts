import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../lib/errors.ts'
import { compileZones } from '../../../lib/zones/compile.ts'
import { hosts, serial, withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/split-ttls')

const head = '$TTL 1h\n@ SOA ns1 hostmaster 0 7200 3600 1209600 300\n NS ns1\n NS ns2\n'

type Files = Readonly<Record<string, string>>

/** What is said of TTLs, by the compiler as a whole: BIND has the last word on what a file says. */
const faultsOf = (lines: string, more: Files = {}): Promise<readonly string[]> =>
  withZoneFiles({ 'example.test.zone': `${head}${lines}\n`, ...more }, async (folder) => {
    try {
      await compileZones({ folder, serial, hosts })
      return []
    } catch (error) {
      if (!(error instanceof InfraError)) throw error
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.replace(/^ {2}- (.*): give all .*$/, '$1'))
    }
  })

const between = 'between A 192.0.2.9'

for (const [title, lines, faults, more] of [
  [
    'behind the owner',
    `x 60 A 192.0.2.1\n${between}\nx 30 A 192.0.2.2`,
    ['7: x.example.test. A has TTL 30 here and 60 in line 5'],
  ],
  [
    'that of $TTL',
    `x A 192.0.2.1\n${between}\nx 1800 A 192.0.2.2`,
    ['7: x.example.test. A has TTL 1800 here and 3600 in line 5'],
  ],
  [
    'of two $TTL',
    `x A 192.0.2.1\n${between}\n$TTL 2h\nx A 192.0.2.2`,
    ['8: x.example.test. A has TTL 7200 here and 3600 in line 5'],
  ],
  [
    'the class before',
    `x IN 60 A 192.0.2.1\n${between}\nx 1m30s IN A 192.0.2.2`,
    ['7: x.example.test. A has TTL 90 here and 60 in line 5'],
  ],
  [
    'the owner left out',
    `x TXT a\n  60 A 192.0.2.1\n${between}\nx TXT b\n 30 A 192.0.2.2`,
    ['9: x.example.test. A has TTL 30 here and 60 in line 6'],
  ],
  [
    'under another origin',
    `x.sub 60 A 192.0.2.1\n$ORIGIN sub\n${between}\nx 30 A 192.0.2.2`,
    ['8: x.sub.example.test. A has TTL 30 here and 60 in line 5'],
  ],
  [
    'written in full, in capitals',
    `x 60 A 192.0.2.1\n${between}\nX.Example.TEST. 30 a 192.0.2.2`,
    ['7: x.example.test. A has TTL 30 here and 60 in line 5'],
  ],
  [
    'over several lines',
    `x 60 TXT ( a\n b )\n${between}\nx 30 TXT (\n c )`,
    ['8: x.example.test. TXT has TTL 30 here and 60 in line 5'],
  ],
  ['of the zone itself', `${between}\n@ 60 NS ns1\n`, ['6: example.test. NS has TTL 60 here and 3600 in line 4']],
  [
    'in a file that is drawn in',
    `x 60 A 192.0.2.1\n$INCLUDE "more.inc" sub\nx.sub 30 A 192.0.2.2`,
    ['7: x.sub.example.test. A has TTL 30 here and 60 in more.inc:2'],
    { 'more.inc': `y A 192.0.2.3\nx 60 A 192.0.2.1\n` },
  ],
] as const satisfies readonly (readonly [string, string, readonly string[], Files?])[]) {
  test(`told: ${title}`, async () =>
    assert.equal(
      await faultsOf(lines, more),
      faults.map((fault) => `example.test.zone:${fault}`),
    ))
}

for (const [title, lines, more] of [
  ['one TTL, written in two ways', `x 1h A 192.0.2.1\n${between}\nx 3600 A 192.0.2.2\n${between}\nx A 192.0.2.3`],
  ['other types', `x 60 A 192.0.2.1\n${between}\nx 30 TXT a`],
  ['other names', `x 60 A 192.0.2.1\n$ORIGIN sub\nx 30 A 192.0.2.2`],
  ['numbers that are data', `x TXT 60\n${between}\nx TXT "30"`],
  ['a name that is a number', `60 A 192.0.2.1\n${between}\n60 A 192.0.2.2`],
  ['records that are made', `$GENERATE 1-2 x 60 A 192.0.2.$\n${between}\ny 30 A 192.0.2.2`],
  [
    'the owner and the origin of before, behind a file that is drawn in',
    'x 60 A 192.0.2.1\n$INCLUDE more.inc\n TXT a',
    { 'more.inc': '$ORIGIN sub\ny 30 A 192.0.2.3\n' },
  ],
] as const satisfies readonly (readonly [string, string, Files?])[]) {
  test(`nothing to tell: ${title}`, async () => assert.equal(await faultsOf(lines, more), []))
}

test('a long text of digits that is no TTL is read at once', async () => {
  assert.equal(await faultsOf(`x TXT ${'7'.repeat(60)}x ${'1h2'.repeat(40)}x`), [])
})

test.run()
