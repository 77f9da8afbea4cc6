import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DomainKey } from '../../../lib/registrar/driver.ts'
import { RegistrarError } from '../../../lib/registrar/errors.ts'
import { createRegistrar } from '../../../lib/registrar/registrar.ts'
import { errorOf } from '../error-of.ts'
import { createInstantClock } from '../hcloud/instant-clock.ts'
import { type Exchange, fault, json, type Reply, startScriptedServer } from '../hcloud/scripted-server.ts'
import { everyTextOf } from './every-text.ts'
import { dsOne, dsTwo, one, two } from './example-keys.ts'

// Bodies, codes and statuses as in https://porkbun.com/api/json/v3/spec
const test = suite('registrar/porkbun')

const scripted = await startScriptedServer()
test.after(() => scripted.close())

const apiKey = 'pk1_APIKEYapikeyAPIKEYapikey0123456789'
const secretKey = 'sk1_SECRETsecretSECRETsecret0123456789'
const clock = createInstantClock()
const porkbun = createRegistrar({ kind: 'porkbun', endpoint: scripted.endpoint, apiKey, secretKey }, { clock })

const success = (more: object = {}): Reply => json(200, { status: 'SUCCESS', ...more })
const refusal = (status: number, code: string | undefined, message: string, more: object = {}): Reply =>
  json(status, { status: 'ERROR', message, ...(code ? { code } : {}), ...more })
const glue = (hosts: Readonly<Record<string, { v4?: readonly string[]; v6?: readonly string[] }>>): Exchange => [
  'POST /domain/getGlue/example.com',
  success({ hosts: Object.entries(hosts) }),
]
const nameservers = (...ns: readonly string[]): Exchange => ['POST /domain/getNs/example.com', success({ ns })]

const ns2 = { v4: ['192.0.2.20'], v6: [] }
const before = glue({ 'ns1.example.com': { v4: ['192.0.2.1'], v6: ['2001:db8::1'] }, 'ns2.example.com': ns2 })
const after = glue({ 'ns1.example.com': { v4: ['192.0.2.9'], v6: ['2001:db8::9'] }, 'ns2.example.com': ns2 })
const wanted = ['192.0.2.9', '2001:DB8:0::9'] as const
const update = 'POST /domain/updateGlue/example.com/ns1'
const setGlue = () => porkbun.setGlue('Example.com', 'NS1.example.com.', wanted)

const play = async (exchanges: readonly Exchange[], act: () => Promise<unknown>): Promise<unknown> => {
  scripted.script(...exchanges)
  clock.slept.length = 0
  const result = await act()
  assert.equal(
    scripted.requests(),
    exchanges.map(([request]) => request),
  )
  return result
}

const fail = async (...exchanges: readonly Exchange[]): Promise<RegistrarError> => {
  const error = await play(exchanges, () => errorOf(setGlue()))
  assert.ok(error instanceof RegistrarError)
  return error as RegistrarError
}

test('replaces the addresses of one host, and reads back what it has', async () => {
  await play([before, [update, success()], after], setGlue)
  assert.equal(
    scripted.received().map(({ body }) => body),
    [
      { apikey: apiKey, secretapikey: secretKey },
      { apikey: apiKey, secretapikey: secretKey, ips: ['192.0.2.9', '2001:db8::9'] },
      { apikey: apiKey, secretapikey: secretKey },
    ],
  )
})

test('does nothing when it is so already, however the addresses are written', async () => {
  await play([after], setGlue)
})

test('makes the host where there is none', async () => {
  await play([glue({ 'ns2.example.com': ns2 }), ['POST /domain/createGlue/example.com/ns1', success()], after], setGlue)
})

test('a host of several labels keeps them', async () => {
  const deep = glue({ 'ns1.dns.example.com': { v4: ['192.0.2.9'], v6: [] } })
  await play([glue({}), ['POST /domain/createGlue/example.com/ns1.dns', success()], deep], () =>
    porkbun.setGlue('example.com', 'ns1.dns.example.com', ['192.0.2.9']),
  )
})

test('tells what is on record, of a host it knows and of one it does not', async () => {
  assert.equal(await play([before], () => porkbun.read('example.com', 'ns1.example.com.')), [
    '192.0.2.1',
    '2001:db8::1',
  ])
  assert.equal(await play([before], () => porkbun.read('example.com', 'ns9.example.com')), [])
  const none: Exchange = ['POST /domain/getGlue/example.com', success()]
  assert.equal(await play([none], () => porkbun.read('example.com', 'ns1.example.com')), [])
})

for (const [title, reply, kind, exitCode, message, hint] of [
  [
    'a wrong key',
    refusal(400, 'INVALID_API_KEYS_001', 'Invalid API key. (001)'),
    'credentials',
    2,
    'Porkbun refused to read the glue of example.com: Invalid API key. (001) (HTTP 400, INVALID_API_KEYS_001)',
    'PORKBUN_SECRET_API_KEY',
  ],
  [
    'a wrong key, told without a code',
    refusal(400, undefined, 'Invalid API key. (002)'),
    'credentials',
    2,
    'Invalid API key. (002) (HTTP 400)',
    'PORKBUN_API_KEY',
  ],
  [
    'a domain without API access',
    refusal(400, 'DOMAIN_IS_NOT_OPTED_IN_TO_API_ACCESS', 'Domain is not opted in to API access.'),
    'permission',
    1,
    'Domain is not opted in to API access.',
    'Switch API access on for the domain (Domain Management, Details)',
  ],
  [
    'the same without a code',
    refusal(400, undefined, 'Domain is not opted in to API access.'),
    'permission',
    1,
    'HTTP 400',
    'Switch API access on',
  ],
  [
    'a key for other domains',
    refusal(400, 'DOMAIN_NOT_ALLOWED', 'Not allowed.'),
    'permission',
    1,
    'DOMAIN_NOT_ALLOWED',
    'limited to certain domains',
  ],
  [
    'a domain that is not in the account',
    refusal(400, 'INVALID_DOMAIN', 'Invalid domain.'),
    'unknown-domain',
    1,
    'Invalid domain.',
    'in the account',
  ],
  [
    'a reason of its own',
    refusal(400, 'SOMETHING_NEW', 'No.\n\n  Because.'),
    'refused',
    1,
    'glue of example.com: No. Because. (HTTP 400, SOMETHING_NEW)',
    'REGISTRAR=manual',
  ],
  ['no reason at all', refusal(400, undefined, ''), 'refused', 1, 'no explanation (HTTP 400)', 'Put right'],
  [
    'an error with status 200',
    refusal(200, 'INVALID_DOMAIN', 'Invalid domain.'),
    'unknown-domain',
    1,
    'HTTP 200',
    'in the account',
  ],
  [
    'a page instead of an answer',
    { status: 403, text: '<html>' },
    'refused',
    1,
    'no explanation (HTTP 403)',
    'REGISTRAR_ENDPOINT',
  ],
  [
    'something undocumented',
    success({ hosts: [['ns1.example.com', '192.0.2.1']] }),
    'malformed',
    1,
    'is not as documented (HTTP 200): hosts.0.1',
    'its API has changed',
  ],
] as const) {
  test(`${title} is told with a remedy`, async () => {
    const error = await fail(['POST /domain/getGlue/example.com', reply])
    assert.equal([error.kind, error.exitCode], [kind, exitCode])
    assert.match(error.message, message)
    assert.match(error.hint ?? '', hint)
  })
}

test('a redirect is not followed, since it would take the keys along', async () => {
  const moved: Reply = { status: 307, headers: { location: `${scripted.endpoint}/elsewhere` } }
  const error = await fail(['POST /domain/getGlue/example.com', moved])
  assert.equal([error.kind, scripted.requests().length], ['refused', 1])
  assert.match(error.message, 'HTTP 307')
})

test('what the registry does not take is told, and not tried again', async () => {
  const error = await fail(before, [update, refusal(400, 'UPDATE_FAILED', 'Unable to update domain.')])
  assert.is(
    error.message,
    'Porkbun refused to set the glue of ns1.example.com: Unable to update domain. (HTTP 400, UPDATE_FAILED)',
  )
  assert.match(error.hint ?? '', 'IPv4 and IPv6 addresses in one request')
  assert.match(error.hint ?? '', 'REGISTRAR=manual')
})

test('a rate limit is waited out for as long as it says', async () => {
  const limit = refusal(429, 'RATE_LIMIT_EXCEEDED', 'Rate limit exceeded.', { ttlRemaining: 7 })
  const reset = json(429, { status: 'ERROR' }, { 'retry-after': '11' })
  await play([before, [update, limit], [update, reset], [update, success()], after], setGlue)
  assert.equal(clock.slept, [7000, 11_000])
})

test('a rate limit that lasts long is told instead', async () => {
  const limit = refusal(429, 'RATE_LIMIT_EXCEEDED', 'Rate limit exceeded.', { ttlRemaining: 3600 })
  const error = await fail(before, [update, limit])
  assert.is(error.kind, 'rate-limit')
  assert.match(error.hint ?? '', 'It may be asked again in 3600 s.')
  assert.equal(clock.slept, [])
})

test('reads and replacements are repeated after faults of the registrar, with growing pauses', async () => {
  const broken: Reply = { status: 503, text: 'busy' }
  const [read] = before
  await play(
    [
      [read, broken],
      [read, fault('cut')],
      before,
      [update, broken],
      [update, fault('cut-body')],
      [update, success()],
      after,
    ],
    setGlue,
  )
  assert.equal(clock.slept, [1000, 2000, 1000, 2000])
})

test('a host whose answer was lost is not made twice: it is looked for', async () => {
  const none = glue({ 'ns2.example.com': ns2 })
  await play([none, ['POST /domain/createGlue/example.com/ns1', fault('cut')], none, after], setGlue)
  const error = await fail(none, ['POST /domain/createGlue/example.com/ns1', fault('cut')], none, none)
  assert.equal([error.kind, error.maybeDone], ['no-answer', true])
  assert.match(error.message, 'Porkbun did not answer when asked to set the glue of ns1.example.com')
})

test('a change whose answer was lost and that is refused when it is repeated is looked for', async () => {
  const refused = refusal(400, 'UPDATE_FAILED', 'Unable to update domain.')
  await play([before, [update, fault('cut')], [update, refused], after], setGlue)
})

test('after too many faults it gives up', async () => {
  const [read] = before
  const error = await fail(...Array.from({ length: 5 }, (): Exchange => [read, { status: 502 }]))
  assert.is(error.message, 'Porkbun failed to read the glue of example.com: no explanation (HTTP 502)')
  assert.equal(clock.slept, [1000, 2000, 4000, 8000])
})

test('a change that shows late is waited for', async () => {
  await play([before, [update, success()], before, before, after], setGlue)
  assert.equal(clock.slept, [5000, 5000])
})

test('sets the nameservers of a domain that has none, and leaves those that are set', async () => {
  const ours = ['ns1.example.com', 'NS2.example.com.']
  const set: Exchange = ['POST /domain/updateNs/example.com', success()]
  const shown = nameservers('ns2.example.com', 'ns1.example.com')
  await play([nameservers(), set, shown], () => porkbun.setNameservers('example.com', ours))
  assert.equal(scripted.received()[1]?.body, {
    apikey: apiKey,
    secretapikey: secretKey,
    ns: ['ns1.example.com', 'ns2.example.com'],
  })
  await play([shown], () => porkbun.setNameservers('example.com', ours))
})

test('does not remove nameservers that are not ours', async () => {
  const act = () => errorOf(porkbun.setNameservers('example.com', ['ns1.example.com']))
  const error = (await play([nameservers('ns1.example.com', 'maceio.ns.porkbun.com')], act)) as RegistrarError
  assert.is(error.message, 'example.com has other nameservers at Porkbun, which are not removed: maceio.ns.porkbun.com')
  assert.match(error.hint ?? '', 'enter ns1.example.com as the only nameservers of example.com there yourself')
})

for (const [title, reply] of [
  ['a refusal that echoes them', refusal(400, apiKey, `${secretKey} and ${apiKey} are wrong`)],
  ['a page that echoes them', { status: 500, text: `<html>${secretKey}` }],
  ['an answer that echoes them', success({ hosts: { [secretKey]: apiKey } })],
  ['a cut connection', fault('cut')],
  ['a cut body', fault('cut-body')],
  ['a redirect', { status: 302, headers: { location: `http://localhost:1/${secretKey}` } }],
] as const) {
  test(`the keys are nowhere in the error after ${title}`, async () => {
    scripted.script(...Array.from({ length: 5 }, (): Exchange => ['POST /domain/getGlue/example.com', reply]))
    const text = everyTextOf(await errorOf(setGlue()))
    assert.not.match(text, apiKey)
    assert.not.match(text, secretKey)
  })
}

for (const [title, settings, variable] of [
  ['an empty key', { apiKey: '' }, 'PORKBUN_API_KEY is empty'],
  ['a key with a line end', { secretKey: 'sk1_a\n' }, 'PORKBUN_SECRET_API_KEY holds characters'],
  ['a plain http address', { endpoint: 'http://api.porkbun.com/api/json/v3' }, 'unencrypted'],
  ['an address with a password', { endpoint: 'https://user:sk1_a@api.porkbun.com' }, 'The address of the registrar'],
] as const) {
  test(`${title} is refused before anything is sent`, () => {
    const given = { kind: 'porkbun', endpoint: scripted.endpoint, apiKey, secretKey, ...settings } as const
    assert.throws(
      () => createRegistrar(given, { clock }),
      (error: RegistrarError) => {
        assert.match(error.message, variable)
        assert.not.match(everyTextOf(error), 'sk1_a')
        return error.exitCode === 2
      },
    )
  })
}

test('nothing answers: it says so, and that nothing was done', async () => {
  const closed = await startScriptedServer()
  await closed.close()
  const settings = { kind: 'porkbun', endpoint: closed.endpoint, apiKey, secretKey } as const
  const error = (await errorOf(
    createRegistrar(settings, { clock }).setGlue('example.com', 'ns1.example.com', wanted),
  )) as RegistrarError
  assert.equal([error.kind, error.maybeDone], ['no-answer', false])
  assert.match(error.message, 'ECONNREFUSED')
})

test('an interrupted request rejects with the reason', async () => {
  const controller = new AbortController()
  const reason = new Error('interrupted')
  scripted.script(['POST /domain/getGlue/example.com', fault('hang')])
  const settings = { kind: 'porkbun', endpoint: scripted.endpoint, apiKey, secretKey } as const
  const registrar = createRegistrar(settings, { clock, signal: controller.signal })
  const rejected = registrar.read('example.com', 'ns1.example.com').catch((error: unknown) => error)
  setTimeout(() => controller.abort(reason), 30)
  assert.is(await rejected, reason)
})

const challenge: Reply = { status: 202, headers: { 'x-amzn-waf-action': 'challenge' }, text: '' }

test('waits when the firewall in front of the API asks for proof of a browser, reading and writing', async () => {
  const read = 'POST /domain/getGlue/example.com'
  await play([before, [update, challenge], [update, success()], [read, challenge], after], setGlue)
  assert.equal(clock.slept, [1000, 1000])
})

test('says that the firewall of the API stands in the way when it goes on', async () => {
  const read = 'POST /domain/getGlue/example.com'
  const error = await fail(...Array.from({ length: 5 }, (): Exchange => [read, challenge]))
  assert.equal([error.kind, error.maybeDone], ['rate-limit', false])
  assert.match(error.hint ?? '', /firewall/)
})

for (const [what, reply] of [
  ['no JSON', { status: 200, text: '<html>' }],
  ['a fault', json(500, { status: 'ERROR', message: 'oops' })],
] as const) {
  test(`a read that is answered with ${what} has changed nothing`, async () => {
    const read = 'POST /domain/getGlue/example.com'
    const error = await fail(...Array.from({ length: what === 'a fault' ? 5 : 1 }, (): Exchange => [read, reply]))
    assert.is(error.maybeDone, false)
  })
}

const readKeys = 'POST /dns/getDnssecRecords/example.com'
const createKey = 'POST /dns/createDnssecRecord/example.com'
const removeOne = 'POST /dns/deleteDnssecRecord/example.com/3613'
const record = ({ tag, algorithm, digestType, digest }: DomainKey): object => ({
  keyTag: String(tag),
  alg: String(algorithm),
  digestType: String(digestType),
  digest,
})
const keys = (...list: readonly DomainKey[]): Exchange => [
  readKeys,
  success({ records: Object.fromEntries(list.map((key) => [key.tag, record(key)])) }),
]
const noKeys: Exchange = [readKeys, success({ records: [] })]

test('gives it the DS record of a key, and the key for registries that want it, once', async () => {
  await play([keys(one), [createKey, success()], keys(one, two)], () => porkbun.addKey('Example.com.', two))
  assert.equal(scripted.received()[1]?.body, {
    apikey: apiKey,
    secretapikey: secretKey,
    keyTag: '35217',
    alg: '15',
    digestType: '2',
    digest: two.digest.toUpperCase(),
    keyDataFlags: '257',
    keyDataProtocol: '3',
    keyDataAlgo: '15',
    keyDataPubKey: two.publicKey,
  })
  await play([keys(one, two)], () => porkbun.addKey('example.com', two))
  await play([noKeys, [createKey, success()], noKeys, keys(one)], () => porkbun.addKey('example.com', one))
  assert.equal(clock.slept, [5000])
})

test('tells the keys on record: none, DS records, and the keys of registries that take these', async () => {
  const read = () => porkbun.readKeys('example.com')
  assert.equal(await play([keys(one, two)], read), [dsOne, dsTwo])
  assert.equal(await play([noKeys], read), [])
  assert.equal(await play([[readKeys, success({ records: null })]], read), [])
  const keyData = { keyTag: '3613', alg: '15', digestType: '', pubKey: one.publicKey }
  assert.equal(await play([[readKeys, success({ records: { 3613: keyData } })]], read), [dsOne])
  const bySha1 = { ...record(one), digestType: 1, digest: 'ab'.repeat(20), pubKey: one.publicKey }
  assert.equal(await play([[readKeys, success({ records: { 3613: bySha1 } })]], read), [`3613 15 1 ${'AB'.repeat(20)}`])
})

test('removes a key by its tag', async () => {
  const act = () => porkbun.removeKey('example.com', one, { mayBeLast: false })
  await play([keys(one, two), [removeOne, success()], keys(one, two), keys(two)], act)
  assert.equal(scripted.received()[1]?.body, { apikey: apiKey, secretapikey: secretKey })
  await play([keys(two)], act)
  await play([noKeys], act)
})

test('the last key stays, unless the domain is to be unsigned', async () => {
  const act = () => errorOf(porkbun.removeKey('example.com', one, { mayBeLast: false }))
  const error = (await play([keys(one)], act)) as RegistrarError
  assert.is(error.message, `example.com has no other key at Porkbun, so DS ${dsOne} is not removed`)
  const last = () => porkbun.removeKey('example.com', one, { mayBeLast: true })
  await play([keys(one), [removeOne, success()], noKeys], last)
})

for (const [title, answers] of [
  ['was accepted', [[removeOne, success()], noKeys]],
  ['got no answer', [...Array.from({ length: 5 }, (): Exchange => [removeOne, fault('cut')]), noKeys]],
  ['shows late', [[removeOne, success()], keys(one, two), noKeys]],
] as const) {
  test(`a removal that ${title} and took the other key along is told loudly`, async () => {
    const act = () => errorOf(porkbun.removeKey('example.com', one, { mayBeLast: false }))
    const error = (await play([keys(one, two), ...answers], act)) as RegistrarError
    assert.equal(
      [error.message, error.exitCode],
      [`While DS ${dsOne} of example.com was removed at Porkbun, others went along: DS ${dsTwo}`, 5],
    )
    assert.match(error.hint ?? '', 'Enter what is missing for example.com again at once')
  })
}

test('a key whose answer was lost is not added twice: it is looked for', async () => {
  const act = () => porkbun.addKey('example.com', two)
  await play([keys(one), [createKey, fault('cut')], keys(one), keys(one, two)], act)
  await play([keys(one), [createKey, { status: 200, text: '<html>' }], keys(one, two)], act)
  const exchanges = [keys(one), [createKey, fault('cut')], keys(one), keys(one)] as const
  const error = (await play(exchanges, () => errorOf(act()))) as RegistrarError
  assert.equal([error.kind, error.maybeDone], ['no-answer', true])
  assert.match(error.message, 'Porkbun did not answer when asked to add a key of example.com')
})

test('a rate limit is waited out also where nothing may be repeated', async () => {
  const limit = refusal(429, 'RATE_LIMIT_EXCEEDED', 'Rate limit exceeded.', { ttlRemaining: 7 })
  await play([keys(one), [createKey, limit], [createKey, success()], keys(one, two)], () =>
    porkbun.addKey('example.com', two),
  )
  assert.equal(clock.slept, [7000])
})

test('a key that never shows is told with what is there instead', async () => {
  const shown = Array.from({ length: 60 }, () => keys(one))
  const act = () => errorOf(porkbun.addKey('example.com', two))
  const added = (await play([keys(one), [createKey, success()], ...shown], act)) as RegistrarError
  assert.is(added.message, `DS ${dsTwo} for example.com at Porkbun: accepted 5 minutes ago, and still DS ${dsOne}`)
  const remove = () => errorOf(porkbun.removeKey('example.com', one, { mayBeLast: true }))
  const removed = (await play([keys(one), [removeOne, success()], ...shown], remove)) as RegistrarError
  assert.is(removed.message, `No DS ${dsOne} for example.com at Porkbun: accepted 5 minutes ago, and still DS ${dsOne}`)
})

test('a key that the registry does not take is told, and not tried again', async () => {
  const refused = refusal(400, 'UPDATE_FAILED', 'Unable to update domain.')
  const act = () => errorOf(porkbun.addKey('example.com', two))
  const error = (await play([keys(one), [createKey, refused]], act)) as RegistrarError
  assert.is(
    error.message,
    'Porkbun refused to add a key of example.com: Unable to update domain. (HTTP 400, UPDATE_FAILED)',
  )
})

for (const [title, answer] of [
  ['no records at all', {}],
  ['a list', { records: [record(one)] }],
  ['a record without its digest', { records: { 3613: { ...record(one), digest: null } } }],
  ['a record without its tag', { records: { 3613: { ...record(one), keyTag: '' } } }],
  ['what is no number', { records: { 3613: { ...record(one), alg: 'ED25519' } } }],
  ['what is no digest', { records: { 3613: { ...record(one), digest: '12345' } } }],
] as const) {
  test(`${title} is not taken for keys`, async () => {
    const act = () => errorOf(porkbun.removeKey('example.com', one, { mayBeLast: true }))
    const error = (await play([[readKeys, success(answer)]], act)) as RegistrarError
    assert.equal([error.kind, error.maybeDone], ['malformed', false])
    assert.match(error.message, 'when asked to read the keys of example.com is not as documented (HTTP 200): records')
  })
}

test('the credentials are nowhere in what is told of keys', async () => {
  const echo = refusal(400, apiKey, `${secretKey} and ${apiKey} are wrong`)
  for (const exchanges of [
    [[readKeys, echo]],
    [[readKeys, success({ records: { [secretKey]: apiKey } })]],
    [keys(one), [createKey, echo]],
  ] as const) {
    const text = everyTextOf(await play(exchanges, () => errorOf(porkbun.addKey('example.com', two))))
    assert.not.match(text, apiKey)
    assert.not.match(text, secretKey)
  }
})

test.run()
