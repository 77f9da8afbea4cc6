import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { unprovenIn } from '../../../../lib/dns/dnssec/judge.ts'
import { readSignature } from '../../../../lib/dns/dnssec/signature.ts'
import { readZoneText } from '../../../../lib/zones/read-text.ts'
import { signZones } from '../../../../lib/zones/signing/sign-zones.ts'
import { compileFixture } from '../../zones/fixture.ts'
import { rules, withKeyFolder } from '../../zones/signing/fixture.ts'
import { type Asked, askAll, isRight, readPublished, signBy, unproven } from './signed-zone.ts'

const test = suite('lib/dns/dnssec/judge')

const zones = await compileFixture()
const [plain] = zones
if (!plain) throw new Error('the fixture has a zone')
const { origin } = plain

const there: readonly Asked[] = [
  ['example.test.', 'SOA'],
  ['example.test.', 'NS'],
  ['example.test.', 'A'],
  ['example.test.', 'AAAA'],
  ['example.test.', 'MX'],
  ['example.test.', 'TXT'],
  ['example.test.', 'CAA'],
  ['example.test.', 'HTTPS'],
  ['example.test.', 'DNSKEY'],
  ['www.example.test.', 'CNAME'],
  ['mail.example.test.', 'TXT'],
  ['_sip._tcp.example.test.', 'SRV'],
  ['generic.example.test.', 'TYPE65280'],
  ['*.wild.example.test.', 'A'],
  ['deep.ent.example.test.', 'A'],
  ['host2.example.test.', 'A'],
  ['_probe.example.test.', 'TXT'],
]

const notThere: readonly Asked[] = [
  ['example.test.', 'PTR'],
  ['mail.example.test.', 'AAAA'],
  ['_tcp.example.test.', 'A'],
  ['any.wild.example.test.', 'AAAA'],
  ['wild.example.test.', 'A'],
  ['ent.example.test.', 'A'],
  ['absent.example.test.', 'A'],
  ['a.b.absent.example.test.', 'A'],
  ['zzz.example.test.', 'A'],
  ['0.example.test.', 'A'],
  ['below.mail.example.test.', 'A'],
  ['sub.example.test.', 'DS'],
]

const led: readonly Asked[] = [
  ['www.example.test.', 'A'],
  ['www.example.test.', 'PTR'],
  ['any.wild.example.test.', 'A'],
  ['x.y.wild.example.test.', 'A'],
  ['sub.example.test.', 'A'],
  ['below.sub.example.test.', 'A'],
]

const questions = [...there, ...notThere, ...led]

for (const denial of ['nsec3', 'nsec'] as const) {
  test(`every answer of a signed zone is proven, with ${denial}`, () =>
    withKeyFolder(async ({ folder, identity, make }) => {
      const keys = [await make(origin)]
      const [zone] = await signZones(zones, { ...rules, denial, folder, keys, identity })
      assert.ok(zone?.signing)
      assert.equal(await unproven(zone, { origin, published: zone.signing.published.rdata }, questions), [])
    }))

  test(`a denial by ${denial} is needed, and denies nothing that is there`, async () => {
    const text = await signBy(plain, denial === 'nsec' ? { args: [] } : {})
    const signed = await readPublished(origin, text)
    const now = Date.now() / 1000
    const replies = await askAll({ origin, text }, questions)
    const isProof = ({ type }: { readonly type: string }): boolean => type.startsWith('NSEC')
    for (const { asked, ...reply } of replies.filter(({ authority }) => authority.some(isProof))) {
      const [name, type] = asked
      // without any one of its records a proof is none, unless that one tells what another tells too
      const owners = new Set(reply.authority.filter(isProof).map((one) => one.name))
      const found = [...owners].map((owner) => {
        const authority = reply.authority.filter((one) => one.name !== owner || one.type === 'SOA')
        return unprovenIn({ ...reply, authority }, { name, type }, signed, now)
      })
      assert.ok(
        found.some((faults) => faults.length > 0),
        `${name} ${type} is believed without its proofs`,
      )
      const bare = reply.authority.filter((one) => one.type === 'SOA' || one.type === 'NS')
      assert.ok(unprovenIn({ ...reply, authority: bare }, { name, type }, signed, now).length > 0, `${name} ${type}`)
    }
    // all that the zone can prove at once
    const all = replies.flatMap(({ authority }) => authority.filter((one) => isProof(one) || one.type === 'RRSIG'))
    const authority = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()].filter(
      (one) => one.type !== 'RRSIG' || all.some((proof) => isProof(proof) && proof.name === one.name),
    )
    for (const [name, type] of [...there, ['any.wild.example.test.', 'A'] as const]) {
      for (const rcode of ['NXDOMAIN', 'NOERROR']) {
        const faults = unprovenIn({ rcode, answers: [], authority }, { name, type }, signed, now)
        assert.ok(faults.length > 0, `${rcode} for ${name} ${type} is believed`)
      }
    }
    for (const [name, type] of notThere) {
      const isName = !['example.test.', 'www.example.test.', 'mail.example.test.'].includes(name)
      const rcode =
        isName && ['absent', 'zzz', '0', 'a.b', 'below'].some((one) => name.startsWith(one)) ? 'NXDOMAIN' : 'NOERROR'
      assert.equal(unprovenIn({ rcode, answers: [], authority }, { name, type }, signed, now), [], `${name} ${type}`)
    }
  })
}

test('a name that only leads to others is denied no more than what has records', async () => {
  const text = await signBy(plain, { args: [] })
  const signed = await readPublished(origin, text)
  const [reply] = await askAll({ origin, text }, [['ent.example.test.', 'A']])
  assert.ok(reply)
  const asked = { name: 'ent.example.test.', type: 'A' }
  assert.equal(unprovenIn(reply, asked, signed, Date.now() / 1000), [])
  const [fault = ''] = unprovenIn({ ...reply, rcode: 'NXDOMAIN' }, asked, signed, Date.now() / 1000)
  assert.match(fault, /nothing proves that ent\.example\.test\. is not there/)
})

test('a delegation that is signed cannot be passed off as one that is not', async () => {
  const child = `signed.${origin}`
  const more = `${child} 3600 IN NS ns.elsewhere.invalid.\n${child} 3600 IN DS 12345 13 2 ${'01'.repeat(32)}\n`
  const text = await signBy({ ...plain, text: `${plain.text}${more}` }, { args: [] })
  const signed = await readPublished(origin, text)
  const [reply] = await askAll({ origin, text }, [[`below.${child}`, 'A']])
  assert.ok(reply)
  const asked = { name: `below.${child}`, type: 'A' }
  const now = Date.now() / 1000
  assert.equal(unprovenIn(reply, asked, signed, now), [])
  const rrsets = await readZoneText(origin, text)
  if (typeof rrsets === 'string') throw new Error(rrsets)
  const proof = rrsets
    .filter(({ name, type }) => name === child && (type === 'NSEC' || type === 'RRSIG'))
    .flatMap(({ rdata, ...one }) => rdata.map((data) => ({ ...one, class: 1, rdata: data })))
    .filter(({ type, rdata }) => type === 'NSEC' || readSignature(rdata).covers === 'NSEC')
  const authority = [...reply.authority.filter(({ type }) => type === 'NS'), ...proof]
  assert.equal(unprovenIn({ ...reply, authority }, asked, signed, now), [
    `nothing proves that ${child} has no DS record`,
  ])
})

for (const algorithm of ['RSASHA256', 'ED25519']) {
  test(`signatures of ${algorithm} are verified too`, async () => {
    const text = await signBy(plain, { algorithm })
    const signed = await readPublished(origin, text)
    assert.equal(await unproven({ origin, text }, signed, questions), [])
    const [other] = (await readPublished(origin, await signBy(plain, { algorithm }))).published
    const [first = ''] = await unproven({ origin, text }, { origin, published: [other ?? ''] }, [[origin, 'SOA']])
    assert.match(first, /is by key \d+, which the zone does not publish$/)
  })
}

const line = (name: string, type: string): RegExp =>
  new RegExp(`^${name.replaceAll('.', '\\.').replace('*', '\\*')}\\s+\\d+\\s+IN\\s+${type}\\s.*\\n`, 'm')

/** Each with what is asked, and what has to be said of it. */
for (const [title, spoil, asked, fault] of [
  [
    'a signature is missing',
    remove('mail.example.test.', 'RRSIG\\s+TXT'),
    ['mail.example.test.', 'TXT'],
    /TXT has no signature$/,
  ],
  [
    'data is changed',
    change('mail.example.test.', 'A', '192.0.2.2', '192.0.2.3'),
    ['mail.example.test.', 'A'],
    /is not of these records$/,
  ],
  [
    'the serial is changed',
    (text: string) => text.replace(' 1790000000 ', ' 1790000001 '),
    [origin, 'SOA'],
    /SOA is not of these records$/,
  ],
  [
    'a record is added to a set',
    add('mail.example.test. 3600 IN A 192.0.2.99'),
    ['mail.example.test.', 'A'],
    /is not of these records$/,
  ],
  [
    'a name is added',
    add('new.example.test. 3600 IN A 192.0.2.99'),
    ['new.example.test.', 'A'],
    /new\.example\.test\. A has no signature$/,
  ],
  [
    'a TTL is changed',
    change('mail.example.test.', 'A', '3600', '7200'),
    ['mail.example.test.', 'A'],
    /is of TTL 3600, and the records have 7200$/,
  ],
  [
    'a wildcard is changed',
    change('*.wild.example.test.', 'A', '192.0.2.77', '192.0.2.78'),
    ['any.wild.example.test.', 'A'],
    /is not of these records$/,
  ],
  [
    'a type is taken out of the proof',
    bitmap('mail.example.test.', ' A TXT', ' A'),
    ['mail.example.test.', 'AAAA'],
    /the signature of mail\.example\.test\. NSEC is not of these records$/,
  ],
  [
    'the proof lacks its signature',
    remove('mail.example.test.', 'RRSIG\\s+NSEC'),
    ['mail.example.test.', 'AAAA'],
    /nothing proves that mail\.example\.test\. has no AAAA$/,
  ],
  ['the key is another', otherKey(), [origin, 'DNSKEY'], /DNSKEY is not of these records$/],
] as readonly (readonly [string, (text: string) => string, Asked, RegExp])[]) {
  test(`${title}: found, as by dnssec-verify`, async () => {
    const good = await signBy(plain, { args: [] })
    const signed = await readPublished(origin, good)
    const text = spoil(good)
    assert.is.not(text, good)
    assert.is(await isRight({ origin, text: good }), true)
    assert.is(await isRight({ origin, text }), false)
    const found = await unproven({ origin, text }, signed, [asked])
    assert.match(found.join('\n'), fault)
  })
}

for (const [title, times, fault] of [
  ['signatures have ended', { inception: 'now-172800', expiration: 'now-3600' }, /has ended \d{4}-/],
  ['signatures have not begun', { inception: 'now+3600', expiration: 'now+86400' }, /begins only \d{4}-/],
] as const) {
  test(`${title}: found, as by dnssec-verify`, async () => {
    const text = await signBy(plain, times)
    const signed = await readPublished(origin, text)
    assert.is(await isRight({ origin, text }), false)
    const found = await unproven({ origin, text }, signed, questions)
    assert.ok(questions.every(([name, type]) => found.some((one) => one.startsWith(`${name} ${type}: `))))
    assert.ok(found.every((one) => fault.test(one)))
  })
}

test('no octet of a signature can be another', async () => {
  const text = await signBy(plain)
  const signed = await readPublished(origin, text)
  const [reply] = await askAll({ origin, text }, [['mail.example.test.', 'TXT']])
  const judge = (flip: (rdata: string) => string): readonly string[] =>
    unprovenIn(
      {
        rcode: 'NOERROR',
        authority: [],
        answers: (reply?.answers ?? []).map((one) => (one.type === 'RRSIG' ? { ...one, rdata: flip(one.rdata) } : one)),
      },
      { name: 'mail.example.test.', type: 'TXT' },
      signed,
      Date.now() / 1000,
    )
  assert.equal(
    judge((rdata) => rdata),
    [],
  )
  const length = (reply?.answers.find(({ type }) => type === 'RRSIG')?.rdata.split(' ')[2] ?? '').length / 2
  for (let at = 0; at < length; at++) {
    const faults = judge((rdata) => {
      const [mark, count, hex = ''] = rdata.split(' ')
      const octets = Buffer.from(hex, 'hex')
      // the lowest bit, so that a name in it stays a name
      octets[at] = (octets[at] ?? 0) ^ 1
      return [mark, count, octets.toString('hex').toUpperCase()].join(' ')
    })
    assert.ok(faults.length > 0, `octet ${at}`)
  }
})

function remove(name: string, type: string): (text: string) => string {
  return (text) => text.replace(line(name, type), '')
}

function change(name: string, type: string, from: string, to: string): (text: string) => string {
  return (text) => text.replace(line(name, type), (found) => found.replace(from, to))
}

function add(record: string): (text: string) => string {
  return (text) => `${text}${record}\n`
}

function bitmap(name: string, from: string, to: string): (text: string) => string {
  return (text) => text.replace(line(name, 'NSEC'), (found) => found.replace(from, to))
}

function otherKey(): (text: string) => string {
  return (text) =>
    text.replace(line(origin, 'DNSKEY'), (found) =>
      found.replace(/(257\s+3\s+13\s+)(\S)/, (_all, head, first) => `${head}${first === 'A' ? 'B' : 'A'}`),
    )
}

test.run()
