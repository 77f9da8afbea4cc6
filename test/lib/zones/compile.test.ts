import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { InfraError } from '../../../lib/errors.ts'
import { authorityOf } from '../../../lib/zones/authority.ts'
import { compileZones } from '../../../lib/zones/compile.ts'
import { errorOf } from '../error-of.ts'
import { withVariable } from '../with-variable.ts'
import { compileFixture, example2Zone, exampleZone, hosts, serial, withOwnTmpdir, withZoneFiles } from './fixture.ts'

const test = suite('lib/zones/compile')

const compile = (files: Readonly<Record<string, string>>) =>
  withZoneFiles(files, (folder) => compileZones({ folder, serial, hosts }))

const faultOf = (files: Readonly<Record<string, string>>): Promise<InfraError> => errorOf(compile(files))

const assertRefused = async (compiling: Promise<unknown>, message: RegExp): Promise<InfraError> => {
  const error = await errorOf(compiling)
  assert.match(error.message, message)
  assert.is(error.exitCode, 2)
  return error
}

const soa = '$TTL 1h\n@ SOA ns1 hostmaster 0 7200 3600 1209600 300\n NS ns1\n NS ns2\n'

test('serial, addresses of the lbs and all else are in the artefact', async () => {
  const [zone, second] = await compileFixture()
  const rrset = (name: string, type: string) => zone?.rrsets.find((one) => one.name === name && one.type === type)
  assert.equal([zone?.origin, zone?.serial, second?.origin], ['example.test.', serial, 'example2.test.'])
  assert.is(
    rrset('example.test.', 'SOA')?.rdata[0],
    `ns1.example.test. hostmaster.example.test. ${serial} 7200 3600 1209600 300`,
  )
  assert.equal(rrset('ns1.example.test.', 'A'), {
    name: 'ns1.example.test.',
    type: 'A',
    ttl: 3600,
    rdata: ['198.18.0.10'],
    octets: 4,
  })
  assert.equal(rrset('ns1.example.test.', 'AAAA')?.rdata, ['2001:2:0:a::1'])
  assert.is(rrset('ns2.example.test.', 'AAAA'), undefined)
  assert.equal(rrset('www.example.test.', 'CNAME')?.ttl, 300)
  assert.equal(rrset('example.test.', 'MX')?.rdata, ['10 mail.example.test.', '20 mail2.elsewhere.invalid.'])
  assert.equal(rrset('mail.example.test.', 'TXT')?.rdata, ['"semi;colon" "quo\\"te" "caf\\233 \\\\ back" "plain"'])
  assert.equal(rrset('host2.example.test.', 'A')?.rdata, ['192.0.2.2'])
  assert.is(zone?.rrsets.filter(({ name, type }) => name === 'ns2.example.test.' && type === 'AAAA').length, 0)
})

test('a record is kept whatever its data, and no address is taken for one of ours', async () => {
  const addresses = ['192.0.2.255', '192.0.2.254', '0.0.0.0', '255.255.255.255', '198.18.0.10']
  const lines = addresses.map((address, i) => `h${i} A ${address}\nt${i} TXT "x ${address}"\n`)
  const [zone] = await compile({ 'example.test.zone': `${soa}${lines.join('')}` })
  const found = zone?.rrsets.filter(({ name }) => /^h\d/.test(name)).flatMap(({ rdata }) => rdata)
  assert.equal([...(found ?? [])].sort(), [...addresses].sort())
  assert.is(zone?.rrsets.filter(({ name }) => /^t\d/.test(name)).length, addresses.length)
})

for (const record of ['A 192.0.2.255', 'A 198.18.0.10', '3600 A 192.0.2.255', 'AAAA 2001:2:0:a::1']) {
  test(`an address of our own at the name of a nameserver, ${record}: refused, whichever it is`, async () => {
    const fault = await faultOf({ 'example.test.zone': `${soa}NS1 ${record}\n` })
    const [type, address] = record.split(' ').slice(-2)
    assert.equal(fault.message.split('\n'), [
      'One fault in the zone files:',
      `  - example.test.zone: ns1.example.test. has an ${type} record (${address}): take it out, a deployment puts in the lb's address`,
    ])
  })
}

test('the text compiles to the same artefact again: what the server reads is what the checks expect', async () => {
  const [zone] = await compileFixture()
  const again = await withZoneFiles(
    { 'example.test.zone': (zone?.text ?? '').replace(String(serial), '0') },
    (folder) => compileZones({ folder, serial, hosts: [] }),
  )
  assert.equal(again[0]?.rrsets, zone?.rrsets)
})

test('$INCLUDE draws from the folder', async () => {
  const [zone] = await compile({ 'example.test.zone': `${soa}$INCLUDE hosts.inc\n`, 'hosts.inc': 'a A 192.0.2.1\n' })
  assert.ok(zone?.rrsets.some(({ name }) => name === 'a.example.test.'))
})

test('all faults of all files come at once, with file and line', async () => {
  const fault = await faultOf({
    'a.test.zone': `${soa.replaceAll('ns1', 'ns1.example.test.').replaceAll('ns2', 'ns2.example.test.')}x BOGUS y\nbad A 300.1.1.1\n`,
    'b.test.zone': example2Zone.replace(' 0 ', ' 7 '),
    'example.test.zone': `${soa}other.org. A 192.0.2.1\nns1 A 192.0.2.1\n`,
  })
  assert.is(fault.exitCode, 2)
  assert.equal(fault.message.split('\n'), [
    '5 faults in the zone files:',
    "  - a.test.zone:5: unknown RR type 'BOGUS'",
    "  - a.test.zone:6: near '300.1.1.1': bad dotted quad",
    '  - b.test.zone: the SOA serial is 7: write 0, a deployment sets it',
    "  - example.test.zone: ns1.example.test. has an A record (192.0.2.1): take it out, a deployment puts in the lb's address",
    '  - example.test.zone:5: ignoring out-of-zone data (other.org)',
  ])
})

test('a delegation is taken with the digests and algorithms that its owner has chosen', async () => {
  const lines = ['sub NS ns1.provider.invalid.', `sub DS 1 5 1 ${'0'.repeat(40)}`, `sub DS 1 8 2 ${'0'.repeat(64)}`]
  const [zone] = await compile({ 'example.test.zone': `${soa}${lines.join('\n')}\n` })
  assert.is(zone?.rrsets.find(({ type }) => type === 'DS')?.rdata.length, 2)
})

test('what stands before the first record or in the name of a file is said with what to do', async () => {
  const bare = soa.replace(/^\$TTL.*\n/, '')
  assert.is.not(bare, soa)
  for (const [file, text, message] of [
    ['example.test.zone', bare, /example\.test\.zone:1: no TTL specified: begin the file .* \$TTL 1h$/m],
    ['example.test.zone', `\ufeff${soa}`, /example\.test\.zone begins with a byte order mark: save it as plain text/],
    ['münchen.test.zone', soa, /münchen\.test\.zone: a zone has its name in ASCII letters/],
  ] as const)
    assert.match((await faultOf({ [file]: text })).message, message)
  assert.match(
    (await faultOf({ 'münchen.test.zone': soa })).hint ?? '',
    /Rename the file to xn--mnchen-3ya\.test\.zone/,
  )
})

test('our nameservers may be spelled with capitals in a zone', async () => {
  const text = soa.replace(' NS ns1', ' NS NS1.Example.TEST.')
  assert.is.not(text, soa)
  assert.is((await compile({ 'example.test.zone': text })).length, 1)
})

const aliases = (count: number): string =>
  `${Array.from({ length: count }, (_, i) => `x${i} CNAME x${i + 1}\n`).join('')}x${count} A 192.0.2.1`

test('as many aliases as BIND follows are taken', async () => {
  const [zone] = await compile({ 'example.test.zone': `${soa}${aliases(11)}\n` })
  assert.is(zone?.rrsets.filter(({ type }) => type === 'CNAME').length, 11)
})

for (const [title, lines, message] of [
  ['a nameserver without an address', ' NS ns3', /example\.test\.zone: NS 'ns3\.example\.test' has no address records/],
  ['a delegation without glue', 'sub NS ns.sub', /has no address|extra|glue/i],
  ['an MX that is an alias', ' MX 10 m\nm CNAME a\na A 192.0.2.1', /is a CNAME/],
  ['an MX that is an address', ' MX 10 192.0.2.1', /example\.test\.zone:5: near '192\.0\.2\.1': MX is an address/],
  [
    'a host name with an underscore',
    'bad_host A 192.0.2.1',
    /example\.test\.zone:5: bad_host\.example\.test: bad owner name/,
  ],
  ['an alias beside other data', 'x CNAME a\nx A 192.0.2.1\na A 192.0.2.1', /CNAME and other data/],
  ['two TTLs in one RRset', 'x 60 A 192.0.2.1\nx 61 A 192.0.2.2', /TTL set to prior TTL/],
  [
    'two TTLs in one RRset whose records stand apart',
    'x 60 A 192.0.2.1\ny A 192.0.2.3\nx 61 A 192.0.2.2',
    / {2}- example\.test\.zone:7: x\.example\.test\. A has TTL 61 here and 60 in line 5: give all its records one/,
  ],
  ['an escaped dot in an owner', 'a\\.b TXT x', /escaped characters cannot be asked/],
  ['an obsolete type', 'x MB a\na A 192.0.2.1', /obsolete type/],
  ['a signed zone', 'x NSEC a.example.test. A NSEC', /signed zones are not supported/],
  ['a digest of the zone', ` ZONEMD 0 1 1 ${'0'.repeat(96)}`, /example\.test\. ZONEMD: leave it out/],
  [
    'a nameserver of the provider before',
    ' NS ns1.provider.invalid.',
    /example\.test\. NS ns1\.provider\.invalid\. is none of our nameservers \(ns1\.example\.test\., ns2\.example\.test\.\)/,
  ],
  [
    'a record below a delegation',
    'sub NS ns.elsewhere.invalid.\n_dmarc.sub TXT x',
    /_dmarc\.sub\.example\.test\. TXT: never given to anybody, sub\.example\.test\. is delegated/,
  ],
  [
    'a record at a delegation',
    'sub NS ns.elsewhere.invalid.\nsub MX 1 mx.elsewhere.invalid.',
    /sub\S+ MX: never given/,
  ],
  [
    'an address of no nameserver there',
    'sub NS ns.elsewhere.invalid.\nwww.sub A 192.0.2.1',
    /www\.sub\S+ A: never given/,
  ],
  ['a delegation below another', 'sub NS ns.elsewhere.invalid.\na.sub NS ns.elsewhere.invalid.', /a\.sub\S+ NS: never/],
  ['aliases in a circle', 'x CNAME y\ny CNAME x', /x\.example\.test\. CNAME leads in a circle: x\S+ → y\S+ → x/],
  ['an alias of itself', 'x CNAME x', /x\.example\.test\. CNAME leads in a circle/],
  ['a circle made by a wildcard', '*.x CNAME y.x', /CNAME leads in a circle: \*\.x\S+ → y\.x\S+ → y\.x/],
  ['more aliases than BIND follows', aliases(12), /x0\.example\.test\. CNAME: 12 aliases .* BIND follows at most 11/],
  ['a quote that does not end', 'x TXT "abc', /unbalanced quotes/],
] as const) {
  test(`${title}: refused`, async () => {
    const fault = await faultOf({ 'example.test.zone': `${soa}${lines}\n` })
    assert.match(fault.message, message)
    assert.not.match(fault.message, tmpdir())
  })
}

test('a host in another zone of the folder must have an address there', async () => {
  const fault = await faultOf({
    'example.test.zone': exampleZone,
    'example2.test.zone': `${example2Zone}@ MX 10 nowhere.example.test.\nx MX 10 any.wild.example.test.\ny MX 10 h.sub.example.test.\n`,
  })
  assert.equal(fault.message.split('\n').slice(1), [
    '  - example2.test.zone: example2.test. MX points to nowhere.example.test., which has no address in its zone',
  ])
})

test('a folder without zones, one that is not there, and a serial of 0 are refused', async () => {
  assert.match((await faultOf({ 'readme.txt': '' })).message, /No \*\.zone file/)
  for (const options of [
    { folder: '/nowhere', serial: 1 },
    { folder: '/', serial: 0 },
    { folder: '/', serial: 2 ** 32 },
  ]) {
    await errorOf(compileZones({ ...options, hosts }))
  }
})

test('without named-compilezone, the package to install is named', async () => {
  const empty = await mkdtemp(path.join(tmpdir(), 'path-'))
  const fault = await withVariable('PATH', empty, () => faultOf({ 'example.test.zone': soa }))
  await rm(empty, { recursive: true })
  assert.match(fault.hint ?? '', /apt-get install bind9-utils/)
  assert.is(fault.exitCode, 2)
})

test('files that change while they are compiled are refused', async () => {
  const bin = await mkdtemp(path.join(tmpdir(), 'path-'))
  const { PATH } = process.env
  try {
    await withZoneFiles({ 'example.test.zone': `${soa}$INCLUDE x.inc\n`, 'x.inc': '' }, async (folder) => {
      const script = `#!/bin/sh\necho "; $$" >> ${folder}/x.inc\nPATH='${PATH}' exec named-compilezone "$@"\n`
      await writeFile(path.join(bin, 'named-compilezone'), script, { mode: 0o755 })
      await withVariable('PATH', `${bin}:${PATH}`, () =>
        assertRefused(compileZones({ folder, serial, hosts }), /The zone files changed while they were compiled/),
      )
    })
  } finally {
    await rm(bin, { recursive: true })
  }
})

test('what cannot be read is refused with the other faults, and is never waited for', () =>
  withZoneFiles(
    {
      'a.test.zone': `${soa}$INCLUDE gone.inc\n`,
      'b.test.zone': 'x BOGUS y\n',
      'c.test.zone': '$INCLUDE c.test.zone\n',
    },
    async (folder) => {
      await mkdir(path.join(folder, 'd.test.zone'))
      await symlink('nowhere', path.join(folder, 'e.test.zone'))
      await symlink('f.test.zone', path.join(folder, 'f.test.zone'))
      const fault = await assertRefused(compileZones({ folder, serial, hosts }), /faults in the zone files/)
      assert.equal(
        fault.message
          .split('\n')
          .filter((line) => !line.includes('b.test'))
          .slice(1),
        [
          '  - a.test.zone:5: gone.inc is not there, or a link that leads nowhere',
          '  - c.test.zone:1: c.test.zone includes c.test.zone: a circle',
          '  - d.test.zone is not a file',
          '  - e.test.zone is not there, or a link that leads nowhere',
          '  - f.test.zone is a link that leads in a circle',
        ],
      )
      assert.match(fault.message, /b\.test\.zone:1/)
    },
  ))

test('zone files and includes behind links are compiled', () =>
  withZoneFiles({ real: `${soa}$INCLUDE "in/x.inc"\n` }, async (root) => {
    await mkdir(path.join(root, 'zones'))
    await mkdir(path.join(root, 'other'))
    await writeFile(path.join(root, 'other/x.inc'), 'a A 192.0.2.1\n')
    await symlink('../real', path.join(root, 'zones/example.test.zone'))
    await symlink('../other', path.join(root, 'zones/in'))
    await symlink('zones', path.join(root, 'linked'))
    const [zone] = await compileZones({ folder: path.join(root, 'linked'), serial, hosts })
    assert.ok(zone?.rrsets.some(({ name }) => name === 'a.example.test.'))
  }))

test('two files for one zone are refused', async () => {
  const fault = await faultOf({ 'example.test.zone': exampleZone, 'Example.test.zone': exampleZone })
  assert.is(fault.message, 'Example.test.zone and example.test.zone are the same zone')
  assert.is(fault.exitCode, 2)
})

test('no temporary file is left, not even after a fault', () =>
  withOwnTmpdir(async (folder) => {
    await compileFixture()
    await faultOf({ 'example.test.zone': 'nonsense' })
    assert.equal(await readdir(folder), [])
  }))

test('what is answered, delegated, empty and wild is told apart', async () => {
  const zones = await compileFixture()
  const [zone] = zones
  if (!zone) throw new Error('no zone')
  const authority = authorityOf(zone, zones)
  const isAnswered = (name: string, type: string) =>
    authority.answered.some((one) => one.name === name && one.type === type)
  assert.not.ok(isAnswered('sub.example.test.', 'NS'))
  assert.not.ok(isAnswered('ns.sub.example.test.', 'A'))
  assert.ok(isAnswered('*.wild.example.test.', 'A'))
  assert.ok(isAnswered('example.test.', 'NS'))
  assert.equal(
    authority.cuts.map(({ name }) => name),
    ['sub.example.test.'],
  )
  assert.equal([...authority.emptyNonTerminals].sort(), [
    '_tcp.example.test.',
    'ent.example.test.',
    'wild.example.test.',
  ])
  assert.equal(
    authority.wildcards.map(({ name }) => name),
    ['*.wild.example.test.'],
  )
})

test.run()
