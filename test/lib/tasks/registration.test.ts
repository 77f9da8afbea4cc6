import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createRegistrar } from '../../../lib/registrar/registrar.ts'
import { registerZones, setGlueOf } from '../../../lib/tasks/registration.ts'
import { createRegistrar as createServer } from '../../../local/internet/registrar.ts'
import { createRegistry } from '../../../local/internet/registry.ts'
import type { InternetState } from '../../../local/internet/state.ts'
import { errorOf } from '../error-of.ts'
import { createInstantClock } from '../hcloud/instant-clock.ts'

// The registrar of the little internet, which knows three domains and nothing else.
const test = suite('lib/tasks/registration')

const token = 'TOKENtokenTOKENtoken'
const names = ['ns1.example.test', 'ns2.example.test']
const hosts = names.map((name, index) => ({ name, addresses: [`198.18.1.${10 + index}`] }))
const start: InternetState = {
  domains: [
    { name: 'example.test', nameservers: [], hosts },
    { name: 'example2.test', nameservers: [], hosts: [] },
    { name: 'elsewhere.test', nameservers: ['ns.elsewhere.example'], hosts: [] },
  ],
  serial: 1,
  parentTtl: 10,
  faults: {},
}

let state = start
const registry = createRegistry(
  {
    read: () => state,
    write: (changes) => {
      state = { ...state, ...changes }
    },
  },
  { publish: async () => {}, flush: async () => {}, shown: () => ({}) },
)
const server = createAdaptorServer({ fetch: createServer(registry, token).fetch }).listen(0, '127.0.0.1')
await once(server, 'listening')
test.after(() => void server.close())
test.before.each(() => {
  state = start
})

const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
const registrar = createRegistrar({ kind: 'twin', endpoint, token }, { clock: createInstantClock() })
const nameserversOf = (domain: string) => state.domains.find(({ name }) => name === domain)?.nameservers
const hostsOf = (domain: string) => state.domains.find(({ name }) => name === domain)?.hosts.map(({ name }) => name)

test('what the registrar does not hold is left to others and named, the rest is done', async () => {
  const reverse = '100.51.198.in-addr.arpa.'
  // delegated without a class (RFC 2317), which is no host name
  const classless = '0/26.2.0.192.in-addr.arpa.'
  const left = await registerZones(
    registrar,
    [classless, reverse, 'example.test.', 'sub.provider.test.', 'example2.test.'],
    names,
  )
  assert.equal(left, ['0/26.2.0.192.in-addr.arpa', '100.51.198.in-addr.arpa', 'sub.provider.test'])
  assert.equal(['example.test', 'example2.test'].map(nameserversOf), [names, names])
})

test('a domain with nameservers of somebody else is a failure, and the others are done all the same', async () => {
  const error = await errorOf(registerZones(registrar, ['elsewhere.test.', 'example.test.'], names))
  assert.match(error.message, /elsewhere\.test has other nameservers/)
  assert.equal(nameserversOf('example.test'), names)
})

test('a registrar that holds none of them is the wrong one, or the wrong account', async () => {
  const error = await errorOf(registerZones(registrar, ['nobodys.test.'], names))
  assert.match(error.message, /holds none of our zones in this account: nobodys\.test/)
})

test('what is not of one domain alone ends it at once', async () => {
  const stranger = createRegistrar({ kind: 'twin', endpoint, token: `${token}x` }, { clock: createInstantClock() })
  const error = await errorOf(registerZones(stranger, ['example.test.', 'example2.test.'], names))
  assert.is(error.message.split('\n').length, 1)
})

test('the glue of a host deep below its domain is set at that domain', async () => {
  const wanted = { host: 'ns1.dns.eu.example.test', addresses: ['198.18.1.20'] }
  assert.ok(await setGlueOf(registrar, 'dns.eu.example.test', wanted))
  assert.equal(hostsOf('example.test'), [...names, wanted.host])
})

test('no domain above the host is held: nothing is set, and that is said', async () => {
  const wanted = { host: 'ns1.dns.nobodys.test', addresses: ['198.18.1.20'] }
  assert.not(await setGlueOf(registrar, 'dns.nobodys.test', wanted))
  assert.equal(state, start)
})

test.run()
