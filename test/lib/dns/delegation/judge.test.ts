import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readDs } from '../../../../lib/dns/delegation/ds.ts'
import { findAddresses } from '../../../../lib/dns/delegation/find-addresses.ts'
import { judgeDelegation, judgeDs } from '../../../../lib/dns/delegation/judge.ts'
import { judgeName } from '../../../../lib/dns/delegation/judge-name.ts'
import { walkToParent } from '../../../../lib/dns/delegation/walk.ts'
import { readDelegation } from '../../../../lib/dns/delegation.ts'
import type { Finding } from '../../../../lib/dns/probe.ts'
import { ownNetwork, startParents } from '../parents.ts'

// A root and two servers of test., which can be told what to say.
const test = suite('lib/dns/delegation/judge')

const parents = await startParents(ownNetwork(91))
test.after(() => parents.close())

const options = { roots: [parents.root], timeoutMs: 100 }
const ns = ['ns1.example.test', 'ns2.example.test']
const glue = { '127.0.0.10': 'ns1.example.test', '127.0.0.20': 'ns2.example.test' }
const wanted = {
  ns: ns.map((name) => `${name}.`),
  glue: [
    { name: 'ns1.example.test.', addresses: ['127.0.0.10'] },
    { name: 'ns2.example.test.', addresses: ['127.0.0.20'] },
  ],
}

const judged = async (): Promise<readonly string[]> =>
  judgeDelegation(await readDelegation('example.test', options), wanted).map(lineOf)

const lineOf = ({ check, server, status, got }: Finding): string => `${check} ${server} ${status}: ${got}`

const fine = (server: string): readonly string[] =>
  ['parent-ns', 'glue', 'glue'].map((check) => `${check} ${server} ok: as expected`)

test.before.each(() => parents.say('both', 'example.test', { ns, glue }))

test('both parents lead to the nameservers of the zone', async () => {
  assert.equal(await judged(), [...fine('a.nic.test'), ...fine('b.nic.test')])
})

test('a finding says what was asked, what had to come, what to do, and what to type', async () => {
  parents.say('b', 'example.test', { ns: ns.slice(0, 1), glue: { '127.0.0.10': 'ns1.example.test' } })
  const found = judgeDelegation(await readDelegation('example.test', options), wanted)
  const { expected, got, hint, reference, command } = found.find(({ status }) => status === 'failed') ?? {}
  assert.is(expected, 'NS ns1.example.test. ns2.example.test.')
  assert.is(got, 'the NS set lacks ns2.example.test.')
  assert.match(hint ?? '', /registrar/)
  assert.match(reference ?? '', /^RFC 1034/)
  assert.match(command ?? '', new RegExp(`^dig @${parents.addresses.b} .*'example\\.test\\.' NS$`))
})

test('one parent shows an address that is wrong', async () => {
  parents.say('b', 'example.test', { ns, glue: { ...glue, '127.0.0.30': 'ns1.example.test' } })
  assert.equal(await judged(), [
    ...fine('a.nic.test'),
    'parent-ns b.nic.test ok: as expected',
    'glue b.nic.test failed: the glue of ns1.example.test. still shows 127.0.0.30',
    'glue b.nic.test ok: as expected',
  ])
})

test('one parent does not delegate: it is wrong, and no glue is missed besides', async () => {
  parents.say('a', 'example.test', 'absent')
  assert.equal(await judged(), ['parent-ns a.nic.test failed: example.test. is not delegated', ...fine('b.nic.test')])
})

test('a parent that is silent is unknown, and hides nothing of the other', async () => {
  parents.say('a', 'example.test', 'silence')
  assert.equal(await judged(), ['parent-ns a.nic.test unknown: no answer within 100 ms', ...fine('b.nic.test')])
})

test('a parent that cannot be reached over one family is heard over the other', async () => {
  const delegation = await readDelegation('example.test', options)
  const [first, ...others] = delegation.parents
  if (!first) throw new Error('two parents')
  const lost = { server: first.server, address: '::1', kind: 'unreachable', fault: 'could not be sent' } as const
  const found = judgeDelegation({ ...delegation, parents: [first, lost, ...others] }, wanted)
  assert.equal(found.map(lineOf), [...fine('a.nic.test'), ...fine('b.nic.test')])
  const alone = judgeDelegation({ ...delegation, parents: [lost] }, wanted)
  assert.equal(alone.map(lineOf), ['parent-ns a.nic.test unknown: could not be sent'])
})

test('where no server of a parent is found, nothing is known', async () => {
  const delegation = { zone: 'example.test.', parentZone: 'test.', parents: [] }
  assert.equal(judgeDelegation(delegation, wanted).map(lineOf), [
    'parent-ns test. unknown: none of its servers was found',
  ])
})

test('DS records of an unsigned zone are wrong, none is right, silence is neither', async () => {
  const statusOf = async () => judgeDs(await readDs('example.test', options)).status
  assert.is(await statusOf(), 'ok')
  parents.say('b', 'example.test', { ns, glue, ds: [4711] })
  assert.is(await statusOf(), 'failed')
  parents.say('both', 'example.test', { ns, glue, ds: 'silence' })
  assert.is(await statusOf(), 'unknown')
})

const found = (part: object) => ({ host: 'ns1.example.test.', addresses: [], alias: undefined, silent: [], ...part })

for (const [title, part, addresses, expected] of [
  ['an address will do where none is known', { addresses: ['127.0.0.1'] }, undefined, 'ok: as expected'],
  [
    'the right ones, in any order',
    { addresses: ['2001:2:0::1', '127.0.0.1'] },
    ['127.0.0.1', '2001:2::1'],
    'ok: as expected',
  ],
  ['another one', { addresses: ['127.0.0.9'] }, ['127.0.0.1'], 'failed: 127.0.0.9'],
  ['one too few', { addresses: ['127.0.0.1'] }, ['127.0.0.1', '2001:2::1'], 'failed: 127.0.0.1'],
  ['none', {}, undefined, 'failed: no address'],
  ['an alias', { alias: 'lb.example.test.' }, undefined, 'failed: an alias of lb.example.test.'],
  ['silence', { silent: ['a (127.0.0.2): no answer'] }, undefined, 'unknown: a (127.0.0.2): no answer'],
] as const) {
  test(`the name of a nameserver: ${title}`, () => {
    const { status, got } = judgeName(found(part), { use: 'NS of example.test.', addresses })
    assert.is(`${status}: ${got}`, expected)
  })
}

test('a name is looked up from the root down, and it is told who is silent on the way', async () => {
  parents.say('both', 'ns1.example.test', 'absent')
  const absent = await findAddresses('ns1.example.test', options)
  assert.equal({ ...absent, silent: absent.silent.length > 0 }, found({ silent: true }))
  parents.say('both', 'host.test', 'absent')
  assert.equal(await findAddresses('host.test', options), { ...found({}), host: 'host.test.' })
  parents.cut(true)
  const lost = await findAddresses('host.test', options)
  parents.cut(false)
  assert.match(lost.silent[0] ?? '', /^root \(.*SERVFAIL/)
})

test('where one server of a name has answered, a silent one is not asked again', async () => {
  parents.say('a', 'host.test', 'silence')
  parents.say('b', 'host.test', 'absent')
  const began = performance.now()
  assert.equal(await findAddresses('host.test', { ...options, timeoutMs: 400 }), { ...found({}), host: 'host.test.' })
  // once on the way, once for the addresses; four times where it is asked three times for these
  const tookMs = performance.now() - began
  assert.ok(tookMs > 700 && tookMs < 1400, `${tookMs} ms`)
})

test('on the way a silent server is left for the next one soon', async () => {
  parents.say('a', 'host.test', 'silence')
  parents.say('b', 'host.test', 'absent')
  const began = performance.now()
  assert.is((await walkToParent('_.host.test.', { roots: [parents.root] })).zone, 'test.')
  const tookMs = performance.now() - began
  assert.ok(tookMs > 450 && tookMs < 1500, `${tookMs} ms`)
})

test.run()
