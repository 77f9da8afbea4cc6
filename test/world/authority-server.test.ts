import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checksFor } from '../../lib/dns/checks.ts'
import { type Finding, probe } from '../../lib/dns/probe.ts'
import { query, type Target } from '../../lib/dns/query.ts'
import { compileZones } from '../../lib/zones/compile.ts'
import type { Zone } from '../../lib/zones/zone.ts'
import { freePort, startNamed } from '../lib/dns/named.ts'
import { exampleZone, hosts, nsid, serial, withZoneFiles } from '../lib/zones/fixture.ts'
import { createAuthority } from './authority-server.ts'
import { openDnsDoor } from './door.ts'
import { readZoneFile } from './zone-data.ts'

const test = suite('world/authority-server')

/** What the usual zones do not have: a DNAME, chains of aliases that end well and badly, wildcards with names below, a zone below a cut. */
const nastyZone = `$TTL 1h
@ SOA ns1 hostmaster 0 7200 3600 1209600 30
  NS ns1
  NS ns2
  A 192.0.2.1
  TXT "\\"quoted\\" and \\\\ back"
www CNAME one
one CNAME two
two CNAME www.example2.test.
lost CNAME gone
away CNAME www.elsewhere.invalid.
old DNAME new
new A 192.0.2.7
deep.new A 192.0.2.8
*.wild A 192.0.2.9
*.wild TXT "any"
a.b.wild A 192.0.2.10
*.alias CNAME www
very.deep.ent A 192.0.2.11
${Array.from({ length: 40 }, (_, i) => `many A 192.0.2.${i}`).join('\n')}
${Array.from({ length: 12 }, (_, i) => `big TXT "${String(i).repeat(20)}${'x'.repeat(180)}"`).join('\n')}
${Array.from({ length: 5 }, (_, i) => `medium TXT "${String(i).repeat(20)}${'x'.repeat(120)}"`).join('\n')}
sub NS ns.sub
sub NS ns.elsewhere.invalid.
sub DS 12345 13 2 0000000000000000000000000000000000000000000000000000000000000000
ns.sub A 192.0.2.12
child NS ns1
`

const childZone = `$TTL 1h
@ SOA ns1.example.test. hostmaster.example.test. 0 7200 3600 1209600 300
  NS ns1.example.test.
  A 192.0.2.20
`

const example2Zone = childZone.replace('A 192.0.2.20', 'A 192.0.2.30\nwww A 192.0.2.31')

const sets: readonly (readonly [title: string, zones: () => Promise<readonly Zone[]>])[] = [
  ['the zones of the checkout', () => compileZones({ folder: 'ansible/zones', serial, hosts })],
  ['every kind of record that a check treats in its own way', () => compile({ 'example.test.zone': exampleZone })],
  [
    'zones with traps',
    () =>
      compile({
        'example.test.zone': nastyZone,
        'child.example.test.zone': childZone,
        'example2.test.zone': example2Zone,
      }),
  ],
]

const compile = (files: Readonly<Record<string, string>>): Promise<readonly Zone[]> =>
  withZoneFiles(files, (folder) => compileZones({ folder, serial, hosts }))

const faultsOf = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter(({ status }) => status !== 'ok')
    .map(({ check, transport, asked, got }) => `${check} ${transport} ${asked}: ${got}`)

for (const [title, zonesOf] of sets) {
  test(`BIND and the small server pass every check: ${title}`, async () => {
    const zones = await zonesOf()
    const checks = checksFor(zones, { nsid, serial })
    const data = await Promise.all(zones.map(({ origin, text }) => readZoneFile(origin, text)))
    const answer = createAuthority({ zones: () => data, identity: nsid })
    const target = { name: 'ns1', address: '127.0.0.1', port: await freePort() }
    const door = await openDnsDoor({ ...target, answerer: () => answer })
    const named = await startNamed(zones, { nsid })
    try {
      assert.equal(faultsOf(await probe([named.ipv4], checks)), [], 'BIND')
      assert.equal(faultsOf(await probe([target], checks)), [], 'the small server')
      assert.ok(checks.length > 40, `${checks.length} checks`)
    } finally {
      await Promise.all([named.stop(), door.close()])
    }
  })
}

/** Names with and without records, under aliases, cuts and wildcards, and of nobody's zone. */
const names =
  `example.test www.example.test one.example.test lost.example.test away.example.test old.example.test x.old.example.test
  deep.old.example.test new.example.test x.wild.example.test wild.example.test b.wild.example.test x.b.wild.example.test x.alias.example.test
  ent.example.test deep.ent.example.test x.ent.example.test many.example.test big.example.test medium.example.test sub.example.test
  x.sub.example.test ns.sub.example.test child.example.test x.child.example.test www.example2.test x.example2.test *.wild.example.test
  elsewhere.invalid test ns1.example.test WWW.Example.TEST`.split(/\s+/)

const types = ['A', 'AAAA', 'NS', 'SOA', 'CNAME', 'TXT', 'DS', 'DNAME', 'TYPE65280']

test('the small server answers as BIND does, whatever name and type are asked', async () => {
  const zones = await compile({
    'example.test.zone': nastyZone,
    'child.example.test.zone': childZone,
    'example2.test.zone': example2Zone,
  })
  const data = await Promise.all(zones.map(({ origin, text }) => readZoneFile(origin, text)))
  const answer = createAuthority({ zones: () => data, identity: nsid })
  const target = { name: 'ns1', address: '127.0.0.1', port: await freePort() }
  const door = await openDnsDoor({ ...target, answerer: () => answer })
  const named = await startNamed(zones, { nsid })
  const ask = async (at: Target, name: string, type: string) => {
    const reply = await query(at, { name, type, transport: 'tcp' })
    if (reply.kind !== 'answered') return reply.detail
    const { rcode, aa, answers, authority, additional } = reply
    const lines = [answers, authority, additional].map((records) =>
      records.map((one) => `${one.name} ${one.ttl} ${one.type} ${one.rdata}`).sort(),
    )
    return [rcode, aa, ...lines]
  }
  try {
    for (const name of names) {
      for (const type of types) {
        const [theirs, ours] = await Promise.all([ask(named.ipv4, name, type), ask(target, name, type)])
        assert.equal(ours, theirs, `${name} ${type}`)
      }
    }
  } finally {
    await Promise.all([named.stop(), door.close()])
  }
})

test.run()
