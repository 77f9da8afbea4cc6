import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isInternet } from '../../../local/twin/internet.ts'
import { findProcesses } from '../../../local/twin/processes.ts'
import { ask, createRig, delegationAt, until } from './rig.ts'

// A real registrar over real servers; each test finds them as the one before left them.
const test = suite('local/internet/registrar')

const rig = await createRig()
const { call, layout } = rig
test.after(rig.stop)

const [a, b] = layout.internet.parents
const [parentA, parentB] = [a?.ipv4 ?? '', b?.ipv6 ?? '']
const example = '/v1/domains/example.test'
const [first, moved] = [`198.18.${layout.slot}.10`, `198.18.${layout.slot}.20`]

const codeOf = async (method: string, path: string, body?: unknown): Promise<string> => {
  const answer = await call(method, path, body)
  const { error } = answer.body as { error?: { code: string; message: string } }
  assert.ok(error === undefined || error.message.length > 0)
  return `${answer.status} ${error?.code ?? ''}`.trim()
}

const setGlue = (host: string, ...addresses: string[]): Promise<string> =>
  codeOf('PUT', `${example}/hosts/${host}.example.test`, { addresses })

const glueAt = async (parent: string): Promise<readonly string[]> =>
  (await delegationAt(parent, 'example.test')).filter((line) => !line.includes(' NS '))

const glue = (address: string, ttlSeconds = 10): string => `ns1.example.test. ${ttlSeconds} A ${address}`

test('knows two domains that nobody serves yet', async () => {
  await rig.start()
  assert.equal(await call('GET', '/v1/domains'), { status: 200, body: { domains: ['example.test', 'example2.test'] } })
  assert.equal(await call('GET', example), {
    status: 200,
    body: { domain: { name: 'example.test', nameservers: [], hosts: [] } },
  })
  assert.is((await ask(parentA, 'example.test', 'NS')).rcode, 'NXDOMAIN')
})

test('refuses strangers, unknown names and what it cannot publish', async () => {
  const { status } = await fetch(`http://${layout.internet.registrar.ipv4}/v1/domains`)
  assert.is(status, 401)
  assert.is(await codeOf('GET', '/v1/domains/other.test'), '404 not_found')
  assert.is(await codeOf('GET', '/v2'), '404 not_found')
  const nameservers = ['ns1.example.test']
  assert.is(await codeOf('PUT', `${example}/nameservers`, { nameservers }), '422 missing_glue')
  assert.is(await codeOf('PUT', `${example}/nameservers`, { nameservers: [] }), '422 invalid_input')
  assert.is(await codeOf('PUT', `${example}/nameservers`, 'no JSON'), '422 invalid_input')
  assert.is(await setGlue('ns1', '10.0.0.1'), '422 invalid_address')
  assert.is(await setGlue('ns1'), '422 invalid_address')
  const elsewhere = { addresses: [first] }
  assert.is(await codeOf('PUT', `${example}/hosts/ns1.example2.test`, elsewhere), '422 invalid_input')
  assert.is(await codeOf('DELETE', `${example}/hosts/ns1.example.test`), '404 not_found')
})

test('delegates on both parents, over IPv4 and IPv6, a zone of its own servers and one that borrows them', async () => {
  assert.is(await setGlue('ns1', first), '200')
  for (const name of ['example.test', 'example2.test']) {
    const nameservers = ['NS1.example.test.']
    assert.is(await codeOf('PUT', `/v1/domains/${name}/nameservers`, { nameservers }), '200')
  }
  for (const parent of [parentA, parentB]) {
    for (const zone of ['example.test', 'example2.test']) {
      assert.equal(await delegationAt(parent, zone), [`${zone}. 10 NS ns1.example.test.`, glue(first)].sort())
    }
    const { aa, authority } = await ask(parent, 'www.example.test', 'A')
    assert.is(aa, false)
    assert.is(authority.length, 1)
  }
  assert.is(await codeOf('DELETE', `${example}/hosts/ns1.example.test`), '409 in_use')
})

test('publishes DS records, which the parents give with authority, and takes them back', async () => {
  const keyTagsAt = async (parent: string): Promise<readonly string[]> => {
    const { aa, answers } = await ask(parent, 'example2.test', 'DS')
    return answers.map(({ rdata }) => `${aa} ${rdata.split(' ')[0]}`)
  }
  const setDs = (...ds: string[]): Promise<string> => codeOf('PUT', '/v1/domains/example2.test/ds', { ds })
  assert.is(await setDs(`12345 13 2 ${'01'.repeat(32)}`), '200')
  assert.equal([...(await keyTagsAt(parentA)), ...(await keyTagsAt(parentB))], ['true 12345', 'true 12345'])
  assert.is(await setDs(), '200')
  assert.equal(await keyTagsAt(parentB), [])
})

test('can have one parent publish long before the other, until it is told not to', async () => {
  await call('POST', '/faults', { publishDelayMs: { a: 0, b: 3_600_000 } })
  assert.is(await setGlue('ns1', moved), '200')
  assert.equal(await glueAt(parentA), [glue(moved)])
  assert.equal(await glueAt(parentB), [glue(first)])
  assert.equal(await call('DELETE', '/faults'), { status: 204, body: undefined })
  assert.equal(await glueAt(parentB), [glue(moved)])
})

test('can publish something wrong on the second parent', async () => {
  await call('POST', '/faults', { wrongGlue: true })
  await setGlue('ns1', first)
  assert.equal(await glueAt(parentB), [glue('192.0.2.1')])
  assert.equal(await glueAt(parentA), [glue(first)])
  await call('DELETE', '/faults')
  assert.equal(await glueAt(parentB), [glue(first)])
})

test('can refuse changes in its own words, and fail whatever it is asked', async () => {
  await call('POST', '/faults', { refuse: { code: 'locked', message: 'The domain is locked.', times: 2 } })
  assert.is(await codeOf('GET', example), '200')
  assert.equal(await call('PUT', `${example}/hosts/ns1.example.test`, { addresses: [moved] }), {
    status: 422,
    body: { error: { code: 'locked', message: 'The domain is locked.' } },
  })
  assert.is(await setGlue('ns1', moved), '422 locked')
  await call('POST', '/faults', { fail: { status: 503, times: 1 } })
  assert.is(await codeOf('GET', example), '503 unavailable')
  assert.is(await codeOf('GET', example), '200')
  assert.equal(await glueAt(parentA), [glue(first)])
  assert.is(await codeOf('POST', '/faults', { nonsense: 1 }), '422 invalid_input')
})

test('changes the TTL of delegations, and keeps it', async () => {
  await call('POST', '/faults', { parentTtl: 30 })
  assert.equal(await glueAt(parentA), [glue(first, 30)])
  await call('DELETE', '/faults')
  assert.equal(await glueAt(parentB), [glue(first, 30)])
})

test('killed and started again, goes on with what was accepted, also what nobody had seen yet', async () => {
  await call('POST', '/faults', { publishDelayMs: 3_600_000 })
  assert.is(await setGlue('ns1', moved, `2001:2:0:${layout.slot.toString(16)}0a::1`), '200')
  const before = await call('GET', example)
  for (const pid of await findProcesses(isInternet(layout))) process.kill(pid, 'SIGKILL')
  await rig.start()
  assert.equal(await call('GET', example), before)
  assert.equal(await glueAt(parentA), [glue(first, 30)])
  await call('DELETE', '/faults')
  assert.is((await glueAt(parentA)).length, 2)
})

test('starts a server again that has died', async () => {
  const pids = await findProcesses((argv) => argv[0]?.endsWith('/internet/named') === true && isInternet(layout)(argv))
  assert.is(pids.length, 1)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await until('another answers', async () => (await glueAt(parentA).catch(() => [])).length === 2)
})

test.run()
