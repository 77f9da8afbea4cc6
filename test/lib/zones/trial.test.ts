import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { InfraError } from '../../../lib/errors.ts'
import { compileZones } from '../../../lib/zones/compile.ts'
import { tryZones, tryZonesOnce } from '../../../lib/zones/trial.ts'
import type { Zone } from '../../../lib/zones/zone.ts'
import { errorOf } from '../error-of.ts'
import { compileFixture, hosts, serial, withOwnTmpdir, withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/trial')

const templateFile = path.resolve(import.meta.dirname, '../../../ansible/roles/nameserver/templates/named.conf.j2')
const head = '$TTL 1h\n@ SOA ns1 hostmaster 0 7200 3600 1209600 300\n NS ns1\n NS ns2\n'
const upTo = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('')

const refusalOf = (text: string): Promise<InfraError> =>
  withZoneFiles({ 'example.test.zone': `${head}${text}` }, (folder) => errorOf(compileZones({ folder, serial, hosts })))

/** A zone that only a trial looks at. */
const zoneOf = (origin: string, text: string): Zone => ({ origin, serial, text, rrsets: [] })

test('an RRset of 101 records is refused with its name, type and figure, and all others like it', async () => {
  const fault = await refusalOf(
    `${upTo(101, (i) => `pool A 198.51.100.${i}`)}${upTo(120, (i) => `t TXT ${i}`)}${upTo(100, (i) => `full A 192.0.2.${i}`)}`,
  )
  assert.is(fault.exitCode, 2)
  assert.equal(fault.message.split('\n'), [
    '2 faults in the zone files:',
    '  - example.test.zone: pool.example.test. A has 101 records, BIND loads at most 100: use fewer, or set max-records-per-type in named.conf.j2 of the role nameserver',
    '  - example.test.zone: t.example.test. TXT has 120 records, BIND loads at most 100: use fewer, or set max-records-per-type in named.conf.j2 of the role nameserver',
  ])
})

test('a name with 101 types is refused', async () => {
  const fault = await refusalOf(upTo(101, (i) => `many TYPE${65280 + i} \\# 1 00`))
  assert.match(
    fault.message,
    /many\.example\.test\. has records of 101 types, more than BIND loads: use fewer, or set max-types-per-name/,
  )
})

test('a template that raises a limit raises it for the trial', async () => {
  const zones = [
    zoneOf('example.test.', `${head}ns1 A 192.0.2.1\nns2 A 192.0.2.1\n${upTo(101, (i) => `a A 198.51.100.${i}`)}`),
  ]
  await withZoneFiles({}, async (folder) => {
    const template = path.join(folder, 'named.conf.j2')
    const raised = (await readFile(templateFile, 'utf8')).replace(
      'recursion no;',
      'recursion no; max-records-per-type 200;',
    )
    await writeFile(template, raised)
    assert.equal([...(await tryZones(zones, template)).keys()], [])
  })
  assert.equal([...(await tryZones(zones)).keys()], ['example.test.'])
})

test('only the zone that named refuses is named, with what named says', async () => {
  const good = zoneOf('good.test.', `${head}ns1 A 192.0.2.1\nns2 A 192.0.2.1\n`)
  const bad = zoneOf('bad.test.', `${head}ns1 A 192.0.2.1\nns2 A 192.0.2.1\nx BOGUS y\n`)
  const refusals = await tryZones([good, bad])
  assert.equal([...refusals.keys()], ['bad.test.'])
  assert.match(refusals.get('bad.test.')?.join() ?? '', /unknown RR type 'BOGUS'|unknown class\/type/)
})

test('several trials go side by side, and leave nothing', () =>
  withOwnTmpdir(async (folder) => {
    const zones = await compileFixture()
    const all = await Promise.all(Array.from({ length: 4 }, () => tryZones(zones)))
    assert.equal(
      all.map(({ size }) => size),
      [0, 0, 0, 0],
    )
    assert.equal(await readdir(folder), [])
  }))

test('zones that were loaded are not tried again for another serial or other addresses, but for other data', async () => {
  const names = hosts.map(({ hostname }) => `${hostname}.`)
  const [first, second] = await Promise.all([compileFixture({ serial: 5 }), compileFixture({ serial: 6 })])
  await tryZonesOnce(first, names)
  const broken = second.map((zone) => ({ ...zone, text: 'nonsense' }))
  assert.equal([...(await tryZonesOnce(broken, names)).keys()], [])
  const changed = broken.map((zone) => ({ ...zone, rrsets: zone.rrsets.slice(1) }))
  assert.equal([...(await tryZonesOnce(changed, names)).keys()], ['example.test.', 'example2.test.'])
})

test('a template that named does not take is refused with its line', () =>
  withZoneFiles({ 'named.conf.j2': 'options {\n  no-such-option yes;\n};\n' }, async (folder) => {
    const error = await errorOf(tryZones(await compileFixture(), path.join(folder, 'named.conf.j2')))
    assert.match(
      String(error),
      /does not take the configuration of the role:[\s\S]*named\.conf:3: unknown option 'no-such-option'/,
    )
    assert.is(error.exitCode, 2)
  }))

test('a zone that the template does not write is not taken for loaded', () =>
  withZoneFiles({ 'named.conf.j2': 'options {\n  recursion no;\n};\n' }, async (folder) => {
    const before = await readdir('.')
    const refusals = await tryZones(await compileFixture(), path.join(folder, 'named.conf.j2'))
    assert.equal([...refusals.keys()], ['example.test.', 'example2.test.'])
    // without `directory` in the template too
    assert.equal(await readdir('.'), before)
  }))

test.run()
