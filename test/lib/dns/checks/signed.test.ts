import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { noteEnds } from '../../../../lib/dns/checks/signed.ts'
import { checksFor } from '../../../../lib/dns/checks.ts'
import { readPublicKey } from '../../../../lib/dns/dnssec/public-key.ts'
import { probe } from '../../../../lib/dns/probe.ts'
import { compileZones } from '../../../../lib/zones/compile.ts'
import type { Zone } from '../../../../lib/zones/zone.ts'
import { compileFixture, hosts, nsid, serial, withZoneFiles } from '../../zones/fixture.ts'
import { readSignedZone } from '../dnssec/signed-zone.ts'
import { startNamed } from '../named.ts'

const test = suite('lib/dns/checks/signed')

/** What is not right, as `signed mail.example.test. TXT udp`, when servers have `served` and should have `zones`. */
const wrongOf = async (zones: readonly Zone[], served = zones) => {
  const named = await startNamed(served, { nsid })
  try {
    const ends: number[] = []
    const checks = noteEnds(checksFor(zones, { nsid, serial, hasAges: true }), (_check, _target, end) => ends.push(end))
    const findings = await probe([named.ipv4], checks, { concurrency: 8 })
    const wrong = findings.filter(({ status }) => status !== 'ok')
    return {
      findings,
      ends,
      wrong: wrong.map(({ check, asked, transport }) => `${check} ${asked.replace(/, .*/, '')} ${transport}`).sort(),
      got: wrong.map(({ got }) => got),
    }
  } finally {
    await named.stop()
  }
}

const [plain, other] = await compileFixture()
if (!plain || !other) throw new Error('the fixture has two zones')

test('a zone that is not signed is asked nothing of it', () => {
  const ids = new Set(checksFor([plain, other], { nsid, serial, hasAges: true }).map(({ id }) => id))
  assert.equal(
    ['signed', 'dnskey', 'signature-age'].filter((id) => [...ids].some((one) => one === id)),
    [],
  )
})

for (const [denial, args] of [
  ['NSEC3', ['-3', '-', '-H', '0']],
  ['NSEC', []],
] as const) {
  test(`what BIND answers for a signed zone is right, with ${denial}, and the other zone is asked as ever`, async () => {
    const { findings, wrong, got } = await wrongOf([await readSignedZone(plain, { args: [...args] }), other])
    assert.equal(wrong, [], got.join('\n'))
    const count = (id: string) => findings.filter(({ check }) => check === id).length
    assert.equal([count('dnskey'), count('signature-age')], [2, 1])
    assert.ok(count('signed') > 2 * plain.rrsets.length - 10, `${count('signed')}`)
    assert.ok(findings.filter(({ check }) => check === 'signed').every(({ asked }) => asked.includes('example.test.')))
  })
}

test('aliases of a DNAME, delegations with and without DS, and a zone below another are right', async () => {
  const head = '$TTL 1h\n@ SOA ns1.example.test. h.example.test. 0 7200 3600 1209600 300\n NS ns1.example.test.\n'
  const files = {
    'example.test.zone': `${head}old DNAME new\nalias CNAME a.old\na.new A 192.0.2.1\nout CNAME www.below\nbelow NS ns1\nsecure NS ns.elsewhere.invalid.\nsecure DS 12345 13 2 ${'01'.repeat(32)}\nopen NS ns.elsewhere.invalid.\n* TXT any\n`,
    'below.example.test.zone': `${head}www A 192.0.2.2\n`,
  }
  const zones = await withZoneFiles(files, (folder) => compileZones({ folder, serial, hosts: hosts.slice(0, 1) }))
  for (const all of [
    await Promise.all(zones.map((zone) => readSignedZone(zone))),
    await Promise.all(
      zones.map((zone) => (zone.origin.startsWith('below') ? zone : readSignedZone(zone, { args: [] }))),
    ),
    await Promise.all(zones.map((zone) => (zone.origin.startsWith('below') ? readSignedZone(zone) : zone))),
  ]) {
    const { wrong, got } = await wrongOf(all)
    assert.equal(wrong, [], got.join('\n'))
  }
})

const withText = (zone: Zone, spoil: (text: string) => string): Zone => {
  const text = spoil(zone.text)
  assert.is.not(text, zone.text)
  return { ...zone, text }
}

test('a signature that is missing is found where it is missing', async () => {
  const zone = await readSignedZone(plain)
  const spoilt = withText(zone, (text) => text.replace(/^mail\.example\.test\.\s+\d+\s+IN\s+RRSIG\s+TXT .*\n/m, ''))
  const { wrong } = await wrongOf([zone, other], [spoilt, other])
  assert.equal(wrong, ['signed mail.example.test. TXT tcp', 'signed mail.example.test. TXT udp'])
})

test('a server with the zone as it was before it was signed is found by everything that is to be proven, and by nothing else', async () => {
  const zone = await readSignedZone(plain)
  const { findings, wrong } = await wrongOf([zone, other], [plain, other])
  const ids = [...new Set(wrong.map((one) => one.split(' ')[0]))].sort()
  assert.equal(ids, ['dnskey', 'signed'])
  const unsigned = findings.filter(({ check, status }) => check === 'signed' && status === 'ok')
  // what is truncated is judged by TCP
  assert.equal(
    unsigned.map(({ asked, transport }) => `${asked.split(',')[0]} ${transport}`),
    ['_probe.example.test. TXT udp'],
  )
})

test('a server with another key is found', async () => {
  const [zone, impostor] = [await readSignedZone(plain), await readSignedZone(plain)]
  const { wrong, got } = await wrongOf([zone, other], [impostor, other])
  assert.ok(wrong.includes('dnskey example.test. DNSKEY udp'))
  assert.match(got.join('\n'), /is by key \d+, which the zone does not publish/)
})

test('a key too many is found, although what counts is signed by the right one', async () => {
  const [stranger = ''] = (await readSignedZone(plain)).text.match(/^example\.test\.\s+\d+\s+IN\s+DNSKEY\s.*\n/m) ?? []
  const zone = await readSignedZone({ ...plain, text: `${plain.text}${stranger}` })
  assert.ok(zone.signing)
  const { published, signers } = zone.signing
  const rdata = published.rdata.filter((one) => readPublicKey(one).tag === signers[0])
  assert.equal([published.rdata.length, rdata.length], [2, 1])
  const { wrong } = await wrongOf([
    { ...zone, signing: { ...zone.signing, published: { ...published, rdata } } },
    other,
  ])
  assert.equal(wrong, ['dnskey example.test. DNSKEY tcp', 'dnskey example.test. DNSKEY udp'])
})

test('signatures in the last third of their time are told, and are right otherwise', async () => {
  const zone = await readSignedZone(plain, { inception: 'now-4320000', expiration: 'now+864000' })
  const { wrong, got, ends } = await wrongOf([zone, other])
  assert.equal(wrong, ['signature-age example.test. SOA udp'])
  assert.match(got[0] ?? '', /^the signature of SOA ends \d{4}-\d\d-\d\d, in \d+ days/)
  assert.equal(ends, [zone.signing?.expires])
  const gates = checksFor([zone, other], { nsid, serial }).filter(({ id }) => id === 'signature-age')
  assert.equal(gates, [])
})

test.run()
