import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dsOf } from '../../../lib/dns/dnssec/ds.ts'
import type { Registrar } from '../../../lib/registrar/driver.ts'
import type { RegistrarError } from '../../../lib/registrar/errors.ts'
import { createRegistrar } from '../../../lib/registrar/registrar.ts'
import type { Domain } from '../../../local/internet/domains.ts'
import { createRegistrar as createServer } from '../../../local/internet/registrar.ts'
import { createRegistry } from '../../../local/internet/registry.ts'
import type { InternetState, StateFile } from '../../../local/internet/state.ts'
import { errorOf } from '../error-of.ts'
import { createInstantClock } from '../hcloud/instant-clock.ts'
import { everyTextOf } from './every-text.ts'
import { dsOne, dsTwo, ofExampleNet, one, two } from './example-keys.ts'

// The registrar of the little internet itself, without the servers that publish what it accepts.
const test = suite('registrar/twin')

const token = 'TOKENtokenTOKENtoken'
const ns1 = { name: 'ns1.example.test', addresses: ['198.18.1.10', '2001:2:0:10a::1'] }
const ns2 = { name: 'ns2.example.test', addresses: ['198.18.1.11'] }
const start: InternetState = {
  domains: [
    { name: 'example.test', nameservers: [], hosts: [ns1, ns2] },
    { name: 'example2.test', nameservers: ['ns1.example.test', 'ns.elsewhere.example'], hosts: [] },
  ],
  serial: 1,
  parentTtl: 10,
  faults: {},
}

let state = start
const publisher = { publish: async () => {}, flush: async () => {}, shown: () => ({}) }

/** @param write what becomes of a change that it accepts. */
const serve = async (write: StateFile['write']): Promise<{ readonly endpoint: string; close(): void }> => {
  const registry = createRegistry({ read: () => state, write }, publisher)
  const server = createAdaptorServer({ fetch: createServer(registry, token).fetch }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { endpoint: `http://127.0.0.1:${port}/v1`, close: () => void server.close() }
}

const { endpoint, close } = await serve((changes) => {
  state = { ...state, ...changes }
})
test.after(close)
test.before.each(() => {
  state = start
})

const clock = createInstantClock()
const twin = createRegistrar({ kind: 'twin', endpoint, token }, { clock })
const hosts = (): unknown => state.domains.map((domain) => domain.hosts)

test('changes one host and nothing else, once', async () => {
  const moved = ['198.18.1.20', '2001:2:0:10b::1']
  assert.equal(await twin.read('example.test', 'ns1.example.test'), ns1.addresses)
  await twin.setGlue('example.test.', 'NS1.example.test.', moved)
  await twin.setGlue('example.test', 'ns1.example.test', [...moved].reverse())
  assert.equal(hosts(), [[{ ...ns1, addresses: moved }, ns2], []])
  assert.equal(state.serial, 2)
  assert.equal(await twin.read('example.test', 'ns1.example.test'), moved)
  assert.equal(await twin.read('example.test', 'ns3.example.test'), [])
})

test('delegates a domain, first and again', async () => {
  const ours = ['ns1.example.test', 'ns2.example.test']
  await twin.setNameservers('example.test', ours)
  await twin.setNameservers('example.test', [...ours].reverse())
  assert.equal(state.domains[0]?.nameservers, ours)
  assert.equal(state.serial, 2)
})

test('does not take a domain from nameservers that are not ours', async () => {
  const error = await errorOf(twin.setNameservers('example2.test', ['ns1.example.test']))
  assert.match(error.message, 'which are not removed: ns.elsewhere.example')
  assert.is(state, start)
})

for (const [title, act, message] of [
  [
    'a host of another domain',
    () => twin.setGlue('example.test', 'ns1.example2.test', ['198.18.1.20']),
    'ns1.example2.test is no host name below example.test',
  ],
  ['the domain itself', () => twin.setGlue('example.test', 'example.test', ['198.18.1.20']), 'is no host name below'],
  [
    'a name that only ends alike',
    () => twin.setGlue('example.test', 'ns1.myexample.test', ['198.18.1.20']),
    'is no host name below',
  ],
  [
    'a name that leads elsewhere',
    () => twin.setGlue('example.test', '../ns1.example.test', ['198.18.1.20']),
    'is no host name below',
  ],
  ['to read a host of another domain', () => twin.read('example.test', 'ns1.example2.test'), 'is no host name below'],
  ['no address', () => twin.setGlue('example.test', 'ns1.example.test', []), 'cannot be set to nothing'],
  [
    'what is no address',
    () => twin.setGlue('example.test', 'ns1.example.test', ['198.18.1.20', '198.18.1']),
    'cannot be set to 198.18.1',
  ],
  ['no nameserver', () => twin.setNameservers('example.test', []), 'at least one nameserver'],
  ['what is no nameserver', () => twin.setNameservers('example.test', ['ns1']), 'ns1: no host name'],
] as const) {
  test(`refuses ${title} before it asks for anything`, async () => {
    const error = await errorOf(act())
    assert.match(error.message, message)
    assert.ok(error.hint)
    assert.is(state, start)
  })
}

test('tells what the registrar refuses, in its words', async () => {
  const unknown = (await errorOf(twin.read('other.test', 'ns1.other.test'))) as RegistrarError
  assert.is(unknown.kind, 'unknown-domain')
  assert.match(
    unknown.message,
    "refused to read other.test: domain 'other.test' is not known here (HTTP 404, not_found)",
  )
  const stranger = createRegistrar({ kind: 'twin', endpoint, token: 'other' }, { clock })
  const refused = (await errorOf(stranger.read('example.test', 'ns1.example.test'))) as RegistrarError
  assert.equal([refused.kind, refused.exitCode], ['credentials', 2])
  assert.match(refused.hint ?? '', 'REGISTRAR_TOKEN')
  const faults = { refuse: { code: 'locked', message: `The domain is locked (${token}).`, status: 422, times: 1 } }
  state = { ...start, faults }
  const locked = await errorOf(twin.setGlue('example.test', 'ns1.example.test', ['198.18.1.20']))
  assert.match(
    locked.message,
    'refused to set the glue of ns1.example.test: The domain is locked ([secret]). (HTTP 422, locked)',
  )
  assert.not.match(everyTextOf(locked), token)
})

test('outlasts a registrar that fails for a while', async () => {
  state = { ...start, faults: { fail: { status: 503, times: 3 } } }
  await twin.setGlue('example.test', 'ns1.example.test', ['198.18.1.20'])
  assert.equal(hosts(), [[{ ...ns1, addresses: ['198.18.1.20'] }, ns2], []])
})

test('says so when something else changed meanwhile', async () => {
  const other = { ...ns2, addresses: ['198.18.1.99'] }
  const racing = await serve(({ domains = [], ...changes }) => {
    const replace = (host: InternetState['domains'][number]['hosts'][number]) => (host.name === ns2.name ? other : host)
    state = { ...state, ...changes, domains: domains.map((one) => ({ ...one, hosts: one.hosts.map(replace) })) }
  })
  const registrar = createRegistrar({ kind: 'twin', endpoint: racing.endpoint, token }, { clock })
  const error = await errorOf(registrar.setGlue('example.test', 'ns1.example.test', ['198.18.1.20']))
  racing.close()
  assert.match(error.message, 'something else changed there: ns2.example.test was 198.18.1.11 and is 198.18.1.99')
  assert.is(error.exitCode, 5)
})

const signed = 'example.com'
/** The twin's own spelling is whatever it was given. */
const withKeys = (...ds: readonly string[]): void => {
  state = { ...start, domains: [...start.domains, { name: signed, nameservers: [], hosts: [], ds }] }
}
const dnskeyOfOne = `\\# 36 0101030F${Buffer.from(one.publicKey, 'base64').toString('hex')}`
const keys = (): unknown => state.domains.find(({ name }) => name === signed)?.ds

test('adds a key beside those that are there, once, and removes one of them, once', async () => {
  withKeys(dsOne.toLowerCase())
  assert.equal(await twin.readKeys('Example.com.'), [dsOne])
  await twin.addKey('Example.com.', two)
  await twin.addKey(signed, two)
  assert.equal([keys(), state.serial], [[dsOne, dsTwo], 2])
  await twin.removeKey('Example.com.', one, { mayBeLast: false })
  await twin.removeKey(signed, one, { mayBeLast: false })
  assert.equal([keys(), state.serial], [[dsTwo], 3])
})

test('a domain that nobody has signed has no keys', async () => {
  assert.equal(await twin.readKeys('example.test'), [])
  withKeys()
  const before = state
  await twin.removeKey(signed, one, { mayBeLast: false })
  assert.is(state, before)
})

test('the last key is removed only when the domain is to be unsigned', async () => {
  withKeys(dsOne)
  const before = state
  const error = await errorOf(twin.removeKey(signed, one, { mayBeLast: false }))
  assert.is(error.message, `example.com has no other key at the registrar of the twin, so DS ${dsOne} is not removed`)
  assert.match(error.hint ?? '', 'Add the key that takes its place before.')
  assert.is(state, before)
  await twin.removeKey(signed, one, { mayBeLast: true })
  assert.equal(keys(), [])
})

test('DS records of one key by several digests count as one key', async () => {
  const bySha384 = dsOf('example.com.', dnskeyOfOne, 4) ?? ''
  withKeys(dsOne, bySha384)
  assert.match((await errorOf(twin.removeKey(signed, one, { mayBeLast: false }))).message, 'has no other key')
  withKeys(bySha384, dsTwo)
  await twin.addKey(signed, one)
  assert.equal(keys(), [bySha384, dsTwo, dsOne])
  await twin.removeKey(signed, one, { mayBeLast: false })
  assert.equal(keys(), [dsTwo])
})

test('a key with the tag of another is another', async () => {
  const strange = dsOne.replace(/..$/, '00')
  withKeys(strange)
  await twin.removeKey(signed, one, { mayBeLast: false })
  await twin.addKey(signed, one)
  assert.equal(keys(), [strange, dsOne])
})

for (const [title, act, message] of [
  [
    'a key of another domain',
    () => twin.addKey(signed, ofExampleNet),
    'is not the SHA-256 DS record of this key of example.com',
  ],
  ['the DS record of another key', () => twin.addKey(signed, { ...one, digest: two.digest }), 'is not the SHA-256 DS'],
  ['another tag', () => twin.removeKey(signed, { ...one, tag: 3614 }, { mayBeLast: true }), 'DS 3614 15 2'],
  ['another algorithm', () => twin.addKey(signed, { ...one, algorithm: 13 }), 'is not the SHA-256 DS'],
  ['a key of what is no domain', () => twin.addKey('../example.com', one), '../example.com is no domain'],
  ['to read keys of what is no domain', () => twin.readKeys('example.com/ds'), 'example.com/ds is no domain'],
] as const) {
  test(`refuses ${title} before it asks for anything`, async () => {
    withKeys(dsTwo)
    const before = state
    const error = await errorOf(act())
    assert.match(error.message, message)
    assert.ok(error.hint)
    assert.is(state, before)
  })
}

/** @param becomes what the registrar has of the domain after the next change. */
const served = async (
  becomes: (ds: readonly string[]) => readonly string[],
  act: (registrar: Registrar) => Promise<void>,
) => {
  const server = await serve(({ domains = [], ...changes }) => {
    const change = (domain: Domain): Domain =>
      domain.name === signed ? { ...domain, ds: becomes(domain.ds ?? []) } : domain
    state = { ...state, ...changes, domains: domains.map(change) }
  })
  const error = await errorOf(act(createRegistrar({ kind: 'twin', endpoint: server.endpoint, token }, { clock })))
  server.close()
  return [error.message, error.hint, error.exitCode]
}

test('a removal that takes others along says loudly which, and what to do at once', async () => {
  withKeys(dsOne, dsTwo)
  assert.equal(
    await served(
      () => [],
      (registrar) => registrar.removeKey(signed, one, { mayBeLast: false }),
    ),
    [
      `While DS ${dsOne} of example.com was removed at the registrar of the twin, others went along: DS ${dsTwo}`,
      'Enter what is missing for example.com again at once: resolvers that validate need it, and the caches forget it.',
      5,
    ],
  )
})

test('an addition that takes the place of others says so too', async () => {
  withKeys(dsOne)
  const result = await served(
    (ds) => ds.slice(-1),
    (registrar) => registrar.addKey(signed, two),
  )
  assert.equal(
    [result[0], result[2]],
    [`While DS ${dsTwo} of example.com was added at the registrar of the twin, others went along: DS ${dsOne}`, 5],
  )
})

test('says so when another key came meanwhile', async () => {
  const strange = dsOne.replace(/..$/, '00')
  withKeys(dsOne)
  const result = await served(
    (ds) => [...ds, strange],
    (registrar) => registrar.addKey(signed, two),
  )
  assert.equal(
    [result[0], result[2]],
    [
      `While DS ${dsTwo} of example.com was added at the registrar of the twin, something else came there: DS ${strange}`,
      5,
    ],
  )
})

test('a change of keys outlasts a registrar that fails for a while, and a refusal is told', async () => {
  withKeys(dsOne)
  state = { ...state, faults: { fail: { status: 503, times: 3 } } }
  await twin.addKey(signed, two)
  assert.equal(keys(), [dsOne, dsTwo])
  const refuse = { code: 'locked', message: 'The domain is locked.', status: 422, times: 1 }
  state = { ...state, faults: { refuse } }
  assert.match(
    (await errorOf(twin.removeKey(signed, two, { mayBeLast: false }))).message,
    'refused to set the keys of example.com: The domain is locked. (HTTP 422, locked)',
  )
})

test.run()
