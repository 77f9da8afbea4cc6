import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runOrFail } from '../../../local/host/run.ts'
import type { Domain } from '../../../local/internet/domains.ts'
import { parentZoneText } from '../../../local/internet/parent-zone.ts'
import { rootHints, rootZoneText } from '../../../local/internet/root-zone.ts'
import { layoutOf } from '../../../local/layout.ts'

const test = suite('local/internet/parent-zone')

const { internet } = layoutOf('/state', 1, '/cache')

const parentDs = `12345 13 2 ${'01'.repeat(32)}`

const domain = (name: string, nameservers: readonly string[], hosts: Domain['hosts'] = []): Domain => ({
  name,
  nameservers,
  hosts,
})
const hosts = [
  { name: 'ns1.example.test', addresses: ['198.18.1.10', '2001:2:0:10a::1'] },
  { name: 'ns2.example.test', addresses: ['198.18.1.11'] },
]

const zone = (domains: readonly Domain[], ttlSeconds = 10): string =>
  parentZoneText({ parents: internet.parents, domains, serial: 7, ttlSeconds })

/** Without what is always there: the SOA record, two NS records and four addresses. */
const delegations = (text: string): readonly string[] => text.trim().split('\n').slice(7)

test('without nameservers nothing is delegated', () => {
  assert.is(
    zone([domain('example.test', [], hosts)]),
    `test. 2 SOA a.nic.test. hostmaster.nic.test. 7 3600 600 86400 2
test. 60 NS a.nic.test.
test. 60 NS b.nic.test.
a.nic.test. 60 A 198.19.1.11
a.nic.test. 60 AAAA 2001:2:0:8100::11
b.nic.test. 60 A 198.19.1.12
b.nic.test. 60 AAAA 2001:2:0:8100::12
`,
  )
})

test('delegates with the glue of the nameservers in use, once, also when two domains share them', () => {
  const domains = [domain('example.test', ['ns1.example.test'], hosts), domain('example2.test', ['ns1.example.test'])]
  assert.equal(delegations(zone(domains, 30)), [
    'example.test. 30 NS ns1.example.test.',
    'example2.test. 30 NS ns1.example.test.',
    'ns1.example.test. 30 A 198.18.1.10',
    'ns1.example.test. 30 AAAA 2001:2:0:10a::1',
  ])
})

test('a nameserver elsewhere is delegated to without glue', () => {
  assert.equal(delegations(zone([domain('example.test', ['ns.example.org'])])), ['example.test. 10 NS ns.example.org.'])
})

test('DS records are part of a delegation', () => {
  const ds = [`12345 13 2 ${'01'.repeat(32)}`]
  assert.equal(
    delegations(
      zone([
        { ...domain('example.test', ['ns.example.org']), ds },
        { ...domain('no.test', []), ds },
      ]),
    ),
    ['example.test. 10 NS ns.example.org.', `example.test. 10 DS ${ds[0]}`],
  )
})

test('the root leads to both parents', () => {
  assert.is(
    rootZoneText(internet, parentDs),
    `. 60 SOA ns.root. hostmaster.nic.test. 1 3600 600 86400 60
. 60 NS ns.root.
ns.root. 60 A 198.19.1.10
ns.root. 60 AAAA 2001:2:0:8100::10
test. 60 NS a.nic.test.
test. 60 NS b.nic.test.
a.nic.test. 60 A 198.19.1.11
a.nic.test. 60 AAAA 2001:2:0:8100::11
b.nic.test. 60 A 198.19.1.12
b.nic.test. 60 AAAA 2001:2:0:8100::12
test. 60 DS ${parentDs}
`,
  )
  assert.is(rootHints(internet), '. 60 NS ns.root.\nns.root. 60 A 198.19.1.10\nns.root. 60 AAAA 2001:2:0:8100::10\n')
})

test('BIND finds no fault in either', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'zones-'))
  try {
    const both = [domain('example.test', ['ns1.example.test', 'ns2.example.test'], hosts)]
    for (const [origin, text] of [
      ['test', zone(both)],
      ['.', rootZoneText(internet, parentDs)],
    ] as const) {
      const file = path.join(folder, 'zone')
      await writeFile(file, text)
      await runOrFail(['named-checkzone', '-q', '-k', 'fail', '-n', 'fail', '-i', 'local', origin, file])
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test.run()
