import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DomainKey } from '../../../lib/registrar/driver.ts'
import type { RegistrarError } from '../../../lib/registrar/errors.ts'
import { createRegistrar } from '../../../lib/registrar/registrar.ts'
import { errorOf } from '../error-of.ts'
import { createInstantClock } from '../hcloud/instant-clock.ts'
import { type Exchange, fault, json, type Reply, startScriptedServer } from '../hcloud/scripted-server.ts'
import { everyTextOf } from './every-text.ts'
import { dsOne, dsTwo, one, two } from './example-keys.ts'

// Bodies and statuses as in https://api.gandi.net/docs/domains/
const test = suite('registrar/gandi')

const scripted = await startScriptedServer()
test.after(() => scripted.close())

const token = 'pat_TOKENtokenTOKENtokenTOKENtoken0123456789'
const clock = createInstantClock()
const gandi = createRegistrar({ kind: 'gandi', endpoint: scripted.endpoint, token }, { clock })

const host = (name: string, ...ips: readonly string[]) => ({
  name,
  fqdn: `${name}.example.com`,
  fqdn_unicode: `${name}.example.com`,
  href: `https://api.gandi.net/v5/domain/domains/example.com/hosts/${name}`,
  ips,
})
const read = 'GET /domain/domains/example.com/hosts'
const hosts = (...list: readonly object[]): Exchange => [read, json(200, list)]
const before = hosts(host('ns1', '192.0.2.1', '2001:db8::1'), host('ns2', '192.0.2.20'))
const after = hosts(host('ns1', '2001:db8::9', '192.0.2.9'), host('ns2', '192.0.2.20'))
const wanted = ['192.0.2.9', '2001:db8::9']
const put = 'PUT /domain/domains/example.com/hosts/ns1'
const accepted = json(202, { message: 'Accepted' })
const setGlue = () => gandi.setGlue('example.com', 'ns1.example.com', wanted)

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

test('replaces the addresses of one host, and waits until what was accepted is done', async () => {
  await play([before, [put, accepted], before, after], setGlue)
  assert.equal(
    scripted.received().map(({ authorization, body }) => ({ authorization, body })),
    [
      { authorization: `Bearer ${token}`, body: undefined },
      { authorization: `Bearer ${token}`, body: { ips: wanted } },
      { authorization: `Bearer ${token}`, body: undefined },
      { authorization: `Bearer ${token}`, body: undefined },
    ],
  )
  assert.equal(clock.slept, [5000])
})

test('makes the host where there is none, and does nothing when it is so already', async () => {
  await play([hosts(host('ns2', '192.0.2.20')), ['POST /domain/domains/example.com/hosts', accepted], after], setGlue)
  assert.equal(scripted.received()[1]?.body, { name: 'ns1', ips: wanted })
  await play([after], setGlue)
})

test('a host whose answer was lost is not made twice: it is looked for', async () => {
  const none = hosts(host('ns2', '192.0.2.20'))
  await play([none, ['POST /domain/domains/example.com/hosts', { status: 504 }], after], setGlue)
})

test('a change that never shows is told with what is there instead', async () => {
  const act = () => errorOf(setGlue())
  const error = await play([before, [put, accepted], ...Array.from({ length: 60 }, () => before)], act)
  assert.is(
    (error as RegistrarError).message,
    '192.0.2.9 2001:db8::9 for ns1.example.com at Gandi: accepted 5 minutes ago, and still 192.0.2.1 2001:db8::1',
  )
  assert.match((error as RegistrarError).hint ?? '', 'run this again')
})

const refusal = (status: number, object: string, message: string, more: object = {}): Reply =>
  json(status, { cause: message, code: status, message, object, ...more })

for (const [title, reply, kind, exitCode, message, hint] of [
  [
    'a wrong token',
    refusal(401, 'HTTPUnauthorized', 'The server could not verify that you authorized to access the document.'),
    'credentials',
    2,
    'Gandi refused to read the glue of example.com: The server could not verify that you authorized to access the document. (HTTP 401, HTTPUnauthorized)',
    'GANDI_TOKEN',
  ],
  [
    'a token without permission',
    refusal(403, 'HTTPForbidden', 'Access was denied to this resource.'),
    'permission',
    1,
    'Access was denied',
    'the permission to manage the technical configuration',
  ],
  [
    'a domain that is not in the organisation',
    refusal(404, 'HTTPNotFound', 'The resource could not be found.'),
    'unknown-domain',
    1,
    'HTTPNotFound',
    'in the organisation',
  ],
  [
    'addresses that it does not take',
    json(400, { status: 'error', errors: [{ location: 'body', name: 'ips', description: 'not an IP address' }] }),
    'refused',
    1,
    'glue of example.com: ips: not an IP address (HTTP 400)',
    'Put right what it says',
  ],
  [
    'something undocumented',
    json(200, { hosts: [] }),
    'malformed',
    1,
    'is not as documented (HTTP 200): the body',
    'its API has changed',
  ],
] as const) {
  test(`${title} is told with a remedy`, async () => {
    const error = (await play([[read, reply]], () => errorOf(setGlue()))) as RegistrarError
    assert.equal([error.kind, error.exitCode], [kind, exitCode])
    assert.match(error.message, message)
    assert.match(error.hint ?? '', hint)
  })
}

test('a rate limit is waited out', async () => {
  const limit = json(429, { object: 'HTTPTooManyRequests' }, { 'retry-after': '30' })
  await play([[read, limit], before, [put, accepted], after], setGlue)
  assert.equal(clock.slept, [30_000])
})

test('sets the nameservers of a domain', async () => {
  const path = '/domain/domains/example.com/nameservers'
  const ours = ['ns1.example.com', 'ns2.example.com']
  await play(
    [
      [`GET ${path}`, json(200, [])],
      [`PUT ${path}`, accepted],
      [`GET ${path}`, json(200, ours)],
    ],
    () => gandi.setNameservers('example.com', ours),
  )
  assert.equal(scripted.received()[1]?.body, { nameservers: ours })
})

for (const [title, reply] of [
  ['a refusal that echoes it', refusal(403, token, `Bearer ${token} was denied`)],
  ['a page that echoes it', { status: 400, text: token }],
  ['a cut connection', fault('cut')],
] as const) {
  test(`the token is nowhere in the error after ${title}`, async () => {
    scripted.script(...Array.from({ length: 5 }, (): Exchange => [read, reply]))
    assert.not.match(everyTextOf(await errorOf(setGlue())), token)
  })
}

const keysPath = '/domain/domains/example.com/dnskeys'
const listed = (id: number, { flags, tag, ...key }: DomainKey): object => ({
  id,
  keytag: tag,
  algorithm: key.algorithm,
  type: flags === 257 ? 'ksk' : 'zsk',
  public_key: key.publicKey,
  digest_type: key.digestType,
  digest: key.digest,
})
const keys = (...list: readonly object[]): Exchange => [`GET ${keysPath}`, json(200, list)]
const [ofOne, ofBoth] = [keys(listed(41, one)), keys(listed(41, one), listed(42, two))]

test('gives it the key, which it makes the DS record of, once, and waits until that is there', async () => {
  await play([ofOne, [`POST ${keysPath}`, accepted], ofOne, ofBoth], () => gandi.addKey('Example.com.', two))
  assert.equal(scripted.received()[1]?.body, { algorithm: 15, type: 'ksk', public_key: two.publicKey })
  assert.equal(clock.slept, [5000])
  await play([ofBoth], () => gandi.addKey('example.com', two))
})

test('removes a key by the number that the list has of it now', async () => {
  const act = () => gandi.removeKey('example.com', one, { mayBeLast: false })
  await play([ofBoth, ofBoth, [`DELETE ${keysPath}/41`, accepted], ofBoth, keys(listed(42, two))], act)
  assert.is(scripted.received()[2]?.body, undefined)
  await play([keys(listed(42, two))], act)
})

test('removes a key that is listed twice from both places', async () => {
  const twice = keys(listed(41, one), listed(42, two), listed(43, one))
  const removals = [41, 43].map((id): Exchange => [`DELETE ${keysPath}/${id}`, accepted])
  await play([twice, twice, ...removals, keys(listed(42, two))], () =>
    gandi.removeKey('example.com', one, { mayBeLast: false }),
  )
})

test('what it has of a key counts as the DS record by SHA-256, whichever it makes', async () => {
  const bySha384 = { ...listed(42, two), digest_type: 4, digest: 'ab'.repeat(48) }
  const spaced = { ...listed(41, one), public_key: ` ${one.publicKey.slice(0, 20)}\n${one.publicKey.slice(20)}` }
  const { public_key: _, ...withoutKey } = listed(43, { ...two, tag: 7, digest: 'cd'.repeat(32) }) as {
    public_key: string
  }
  assert.equal(await play([keys(spaced, bySha384, withoutKey)], () => gandi.readKeys('example.com')), [
    dsOne,
    dsTwo,
    `7 15 2 ${'CD'.repeat(32)}`,
  ])
  const pending = { ...listed(41, one), digest: null, digest_type: null }
  assert.equal(await play([keys(pending)], () => gandi.readKeys('example.com')), [dsOne])
  assert.equal(await play([keys()], () => gandi.readKeys('example.com')), [])
})

test('a key whose answer was lost is not added twice: it is looked for', async () => {
  await play([ofOne, [`POST ${keysPath}`, fault('cut')], ofOne, ofBoth], () => gandi.addKey('example.com', two))
  const act = () => errorOf(gandi.addKey('example.com', two))
  const error = (await play([ofOne, [`POST ${keysPath}`, { status: 504 }], ofOne, ofOne], act)) as RegistrarError
  assert.equal([error.kind, error.maybeDone], ['unavailable', true])
  assert.match(error.message, 'Gandi failed to add a key of example.com')
})

test('a removal whose answer was lost is repeated, and that it is gone by then is no failure', async () => {
  const gone = refusal(404, 'HTTPNotFound', 'The resource could not be found.')
  const act = () => gandi.removeKey('example.com', one, { mayBeLast: false })
  const remove = `DELETE ${keysPath}/41`
  await play([ofBoth, ofBoth, [remove, fault('cut')], [remove, gone], keys(listed(42, two))], act)
  assert.equal(scripted.requests().slice(2), [remove, remove, `GET ${keysPath}`])
  await play([ofBoth, ofBoth, [remove, { status: 503 }], [remove, accepted], keys(listed(42, two))], act)
})

for (const [title, answer, where] of [
  ['no list', { keys: [] }, 'the body'],
  ['a key without its number', [{ ...listed(41, one), id: undefined }], '0.id'],
  ['a number that leads elsewhere', [{ ...listed(41, one), id: '../41' }], '0.id'],
  ['a key without its tag', [{ ...listed(41, one), keytag: undefined }], '0.keytag'],
  ['a tag that there is not', [{ ...listed(41, one), keytag: 65_536 }], '0.keytag'],
  ['neither key nor digest', [{ ...listed(41, one), public_key: '', digest: '' }], 'neither a DS record nor a key'],
  ['a key of another tag', [{ ...listed(41, one), keytag: 1, digest: null }], 'neither a DS record nor a key'],
  ['what is no digest', [{ ...listed(41, one), digest: 'xy' }], '0.digest'],
] as const) {
  test(`${title} is not taken for keys`, async () => {
    const act = () => errorOf(gandi.removeKey('example.com', one, { mayBeLast: true }))
    const error = (await play([[`GET ${keysPath}`, json(200, answer)]], act)) as RegistrarError
    assert.equal([error.kind, error.maybeDone], ['malformed', false])
    assert.match(error.message, `when asked to read the keys of example.com is not as documented (HTTP 200): `)
    assert.match(error.message, where)
  })
}

test.run()
