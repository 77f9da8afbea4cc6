import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createRegistrar } from '../../../lib/registrar/registrar.ts'
import { errorOf } from '../error-of.ts'
import { createInstantClock } from '../hcloud/instant-clock.ts'
import { ofExampleNet } from './example-keys.ts'

const test = suite('registrar/manual')

const manual = createRegistrar({ kind: 'manual' }, { clock: createInstantClock() })

const text = (from: readonly string[], to: readonly string[]): string =>
  manual.instructions('example.test', 'NS1.example.test.', { from, to })

test('tells exactly what to enter, to somebody who has never done it', () => {
  assert.is(
    text(['198.18.1.10', '2001:2:0:10a::1'], ['198.18.1.20', '2001:2:0:10B:0::1']),
    `Change the glue of ns1.example.test

Glue is the address of a nameserver, kept by the registry of the domain that the
name of the nameserver lies in. It is entered at the registrar of that domain,
where it may be called glue record, host record, child nameserver, private
nameserver or registered host. It is not one of the DNS records.

1. Log in at your registrar and open the settings of the domain
     example.test
2. Open the glue record of
     ns1.example.test
   or, where the form adds the name of the domain by itself, of
     ns1
3. Have it hold exactly these addresses:
     IPv4  198.18.1.20
     IPv6  2001:2:0:10b::1
   in place of the old ones:
     IPv4  198.18.1.10
     IPv6  2001:2:0:10a::1
4. Save it once, with everything in it. It must never be without an address.

Leave the list of nameservers of the domain as it is: their names do not change.
Leave the glue of all other hosts as it is, and the DNS records too.`,
  )
})

const linesOf = (from: readonly string[], to: readonly string[]): readonly string[] =>
  text(from, to)
    .split('\n')
    .slice(7)
    .filter((line) => line.startsWith('2') || line.startsWith('3') || /address|old|IPv/.test(line))

for (const [title, from, to, lines] of [
  [
    'a host that has no glue yet',
    [],
    ['198.18.1.20'],
    [
      '2. Open the glue record of this host, or make a new one:',
      '3. Have it hold exactly this address:',
      '     IPv4  198.18.1.20',
      '4. Save it once, with everything in it. It must never be without an address.',
    ],
  ],
  [
    'an address that stays',
    ['198.18.1.10', '2001:2::1'],
    ['198.18.1.20', '2001:2::1'],
    [
      '2. Open the glue record of',
      '3. Have it hold exactly these addresses:',
      '     IPv4  198.18.1.20',
      '     IPv6  2001:2::1   (it is there already)',
      '   in place of the old one:',
      '     IPv4  198.18.1.10',
      '4. Save it once, with everything in it. It must never be without an address.',
    ],
  ],
  [
    'an address that only goes',
    ['198.18.1.10', '2001:2::1'],
    ['198.18.1.10'],
    [
      '2. Open the glue record of',
      '3. Have it hold exactly this address:',
      '     IPv4  198.18.1.10   (it is there already)',
      '   in place of the old one:',
      '     IPv6  2001:2::1',
      '4. Save it once, with everything in it. It must never be without an address.',
    ],
  ],
] as const) {
  test(`tells of ${title}`, () => assert.equal(linesOf(from, to), lines))
}

test('tells exactly what to enter for a key, as DS record and as key', () => {
  assert.is(
    manual.keyInstructions('Example.net.', { change: 'add', key: ofExampleNet }),
    `Add the DS record of a key of example.net

A DS record says by which key a domain is signed. It is kept by the registry of
the domain, and entered at the registrar, where its page may be called DNSSEC,
DS records, DNSSEC keys or delegation signer. It is not one of the DNS records.

1. Log in at your registrar and open the settings of the domain
     example.net
2. Open its page for DNSSEC. Where that asks for a DS record, add one with
     Key tag      55648
     Algorithm    13 (ECDSAP256SHA256)
     Digest type  2 (SHA-256)
     Digest
       B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17
   or, where it asks for the key and makes the DS record by itself, add one with
     Flags        257 (KSK)
     Protocol     3
     Algorithm    13 (ECDSAP256SHA256)
     Public key, all in one line
       GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+
       e+MAnLr+Wi9xMWyQLc8NAA==
3. Save it once, with everything in it. Compare the DS record if it shows one.

Leave all other DS records and keys as they are: until this one is known
everywhere, resolvers need them. Leave nameservers and DNS records too.`,
  )
})

test('tells which key to remove, and what to look at afterwards', () => {
  assert.is(
    manual.keyInstructions('example.net', { change: 'remove', key: ofExampleNet }),
    `Remove the DS record of a key of example.net

A DS record says by which key a domain is signed. It is kept by the registry of
the domain, and entered at the registrar, where its page may be called DNSSEC,
DS records, DNSSEC keys or delegation signer. It is not one of the DNS records.

1. Log in at your registrar and open the settings of the domain
     example.net
2. Open its page for DNSSEC. Where that lists DS records, find the one with
     Key tag      55648
     Algorithm    13 (ECDSAP256SHA256)
     Digest type  2 (SHA-256)
     Digest
       B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17
   or, where it lists keys, the one with
     Flags        257 (KSK)
     Protocol     3
     Algorithm    13 (ECDSAP256SHA256)
     Public key, all in one line
       GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+
       e+MAnLr+Wi9xMWyQLc8NAA==
3. Note all the others that are listed. If there are none, the domain counts as
   unsigned once this one is gone: go on only if that is what you want.
4. Remove this one, and no other. Do not switch DNSSEC off as a whole.
5. Look at the list again. Some registries remove others along with it: enter
   what is missing again at once.

Leave nameservers and DNS records as they are.`,
  )
})

test('is plain text of at most 80 columns', () => {
  const from = ['198.18.100.100', '2001:2:ffff:ffff:ffff:ffff:ffff:ffff']
  const registrars = [
    manual,
    createRegistrar(
      { kind: 'gandi', endpoint: 'https://api.gandi.net/v5', token: 't' },
      { clock: createInstantClock() },
    ),
  ]
  for (const registrar of registrars) {
    const whole = registrar.instructions(
      'a-long-name-of-a-domain.example.test',
      'ns1.some.where.a-long-name-of-a-domain.example.test',
      {
        from,
        to: ['198.18.100.200', '2001:2:ffff:ffff:ffff:ffff:ffff:fffe'],
      },
    )
    const changes = ['add', 'remove'] as const
    const domain = 'a-long-name-of-a-domain.example.test'
    const ofKeys = changes.map((change) => registrar.keyInstructions(domain, { change, key: ofExampleNet }))
    assert.equal(
      [whole, ...ofKeys].flatMap((text) => text.split('\n').filter((line) => line.length > 80 || /[^ -~]/.test(line))),
      [],
    )
  }
})

test('has nothing on record, and does nothing as if it had', async () => {
  assert.is(manual.isManual, true)
  assert.is(await manual.read('example.test', 'ns1.example.test'), undefined)
  const glue = await errorOf(manual.setGlue('example.test', 'ns1.example.test', ['198.18.1.20']))
  assert.equal(
    [glue.message, glue.exitCode],
    ['No registrar with an API is configured that could set the glue of ns1.example.test', 2],
  )
  assert.is(await manual.readKeys('example.net'), undefined)
  assert.match((await errorOf(manual.addKey('example.net', ofExampleNet))).message, 'could add a key of example.net')
  const removal = await errorOf(manual.removeKey('example.net', ofExampleNet, { mayBeLast: true }))
  assert.equal(
    [removal.message, removal.exitCode],
    ['No registrar with an API is configured that could remove a key of example.net', 2],
  )
  const nameservers = await errorOf(manual.setNameservers('example.test', ['ns1.example.test']))
  assert.match(nameservers.hint ?? '', 'infra.config.ts')
})

test.run()
