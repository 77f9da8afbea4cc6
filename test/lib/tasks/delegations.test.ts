import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Clock } from '../../../lib/clock.ts'
import type { ServerFacts } from '../../../lib/fleet/labels.ts'
import { createHcloud } from '../../../lib/hcloud/client.ts'
import type { Step } from '../../../lib/plan/types.ts'
import { type Ssh, SshError } from '../../../lib/ssh/ssh.ts'
import { zoneNames } from '../../../lib/tasks/artefact.ts'
import { perform } from '../../../lib/tasks/handlers.ts'
import { getServer } from '../../../lib/tasks/servers.ts'
import { readDelegationsStatus } from '../../../lib/tasks/status-delegations.ts'
import { waitForWorld } from '../../../lib/tasks/waits.ts'
import type { RunWorld } from '../../../lib/tasks/world.ts'
import { type Child, ownNetwork, startChild, startParents } from '../dns/parents.ts'
import { errorOf } from '../error-of.ts'
import { createInstantClock } from '../hcloud/instant-clock.ts'
import { createFakeWorld } from './fake-world.ts'

// A root and two parent servers that say what they are told, an emulated cloud, and lbs on loopback whose port 53 is scripted too.
const test = suite('lib/tasks/delegations')

const lbNetwork = ownNetwork(81)
const parents = await startParents(ownNetwork(80))
const fake = await createFakeWorld({
  loopback: `${lbNetwork}.0/24`,
  rootServers: [parents.root],
  zones: { 'example.test.zone': '', 'example2.test.zone': '' },
})

/** Hours pass in no time; a wait that finds nothing new in all of them is left. */
const hurrying = (): Clock => createInstantClock(1_800_000_000_000)

const status = {
  active: 'blue',
  colours: Object.fromEntries(
    ['blue', 'green'].map((colour) => [
      colour,
      { upstream: null, running: true, port: 5301, preview: 5311, pending_upgrade: false },
    ]),
  ),
  nginx: '1.22.1',
  counters: { udp: 60, tcp: 0 },
  reboot_required: false,
}

const world: RunWorld = {
  ...fake.world,
  clock: hurrying(),
  ssh: { ...fake.world.ssh, run: async () => JSON.stringify(status) } satisfies Ssh,
}

const bothHosts = ['ns1.example.test']
const delegatedTo = (address: string, ttl = 10) =>
  ({ ns: bothHosts, glue: { [address]: 'ns1.example.test' }, ttl }) as const

const facts = { drain: { since: 1_700_000_000, waitSeconds: 60 } } satisfies Partial<ServerFacts>
await fake.addServer('lb1', 200)
await fake.addServer('lb1-old', 100, facts)
const [lb1, lb1Old] = [(await getServer(world, 'lb1')).ipv4, (await getServer(world, 'lb1-old')).ipv4]
const children: readonly [Child, Child] = [await startChild(lb1), await startChild(lb1Old)]

test.after(async () => {
  for (const one of [parents, ...children]) one.close()
  await fake.close()
})

/** Everything is well: both parents delegate both zones to lb1, and both lbs answer for them. */
test.before.each(() => {
  parents.cut(false)
  for (const zone of ['example.test', 'example2.test']) parents.say('both', zone, delegatedTo(lb1))
  for (const child of children) {
    child.say('example.test', { nsTtl: 300, hosts: { 'ns1.example.test': { address: lb1, ttl: 60 } } })
    child.say('example2.test', { nsTtl: 30, hosts: { 'ns1.example.test': { address: lb1, ttl: 60 } } })
  }
})

const atB = `b.nic.test (${parents.addresses.b})`
const does = (step: Step): Promise<void> => perform(world, step, () => undefined)
const waitsFor = (step: Step): Promise<void> => waitForWorld(world, step, { wait: false, json: true })

const check: Step = { kind: 'check-delegation', hosts: [{ host: 'ns1.example.test', lb: 'lb1' }] }
const shown: Step = { kind: 'await-parents', host: 'ns1.example.test', lb: 'lb1' }

test('a wait for the parents is over when each of them was heard and shows it', async () => {
  await waitsFor(shown)
})

test('a zone that nobody but our own lbs delegates is not waited for: there is no parent to hear', async () => {
  const file = path.join(fake.zonesFolder, 'sub.example.test.zone')
  writeFileSync(file, '')
  await waitsFor(shown).finally(() => rmSync(file))
})

for (const saying of ['silence', 'SERVFAIL'] as const) {
  test(`${saying} of all parents of the zone with the glue is no consent, though another zone is delegated`, async () => {
    parents.say('both', 'example.test', saying)
    const error = await errorOf(waitsFor(shown))
    assert.is(error.exitCode, 7)
    assert.match(error.message, /[ab]\.nic\.test \(127\..*\): (no answer within|no referral: SERVFAIL)/)
  })
}

test('a wait for the parents outlasts an outage of the network, and says what it cannot hear', async () => {
  parents.cut(true)
  const error = await errorOf(waitsFor(shown))
  assert.is(error.exitCode, 7)
  assert.match(error.message, `root (${parents.root.address}): asked for test. NS: SERVFAIL`)
})

const hcloudGone = createHcloud({ endpoint: 'http://127.0.0.1:1/v1', token: 't', clock: hurrying() })
const sshGone = async (): Promise<never> => {
  throw new SshError('lb1-old (127.0.0.1): no SSH connection: timed out', { failure: 'unreachable', stderr: '' })
}

test('a wait outlasts an outage of the cloud, or of the way to an lb, and says so', async () => {
  const idle: Step = { kind: 'await-idle', lbs: ['lb1-old'] }
  for (const [there, step, said] of [
    [{ ...world, hcloud: hcloudGone }, shown, /no answer from the API/],
    [{ ...world, ssh: { ...world.ssh, run: sshGone } }, idle, /no SSH connection/],
  ] as const) {
    const error = await errorOf(waitForWorld(there, step, { wait: false, json: true }))
    assert.is(error.exitCode, 7)
    assert.match(error.message, said)
  }
})

test('the wait for the caches is not over while a parent is silent, since the old glue may be back there', async () => {
  const caches: Step = { kind: 'await-caches', lbs: ['lb1-old'] }
  await waitsFor(caches)
  parents.say('b', 'example2.test', 'SERVFAIL')
  const error = await errorOf(waitsFor(caches))
  assert.is(error.exitCode, 7)
  assert.ok(error.message.includes(`${atB}: no referral: SERVFAIL`), error.message)
})

test('an lb is not deleted as long as one parent was not heard, and the parent is named', async () => {
  parents.say('b', 'example2.test', 'SERVFAIL')
  const error = await errorOf(does({ kind: 'delete-server', server: 'lb1-old' }))
  assert.is(error.exitCode, 8)
  assert.match(error.message, 'lb1-old was not deleted')
  assert.ok(error.message.includes(`${atB}: no referral: SERVFAIL`), error.message)
  assert.ok((await fake.names()).includes('lb1-old'))
})

test('nor while a parent shows its address', async () => {
  parents.say('b', 'example2.test', delegatedTo(lb1Old))
  const error = await errorOf(does({ kind: 'delete-server', server: 'lb1-old' }))
  assert.match(error.message, `${atB} shows ${lb1Old} as ns1.example.test., for example2.test.`)
  assert.ok((await fake.names()).includes('lb1-old'))
})

test('the check before new glue says unknown, where silence is all there is against it', async () => {
  parents.say('b', 'example.test', 'SERVFAIL')
  const error = await errorOf(does(check))
  assert.is(error.exitCode, 8)
  assert.ok(error.message.includes(`${atB}: no referral: SERVFAIL`), error.message)
})

test('the check before new glue fails where an lb does not have the zone of the host', async () => {
  children[1].say('example.test', 'REFUSED')
  const error = await errorOf(does(check))
  assert.is(error.exitCode, 4)
  assert.match(error.message, `lb1-old (${lb1Old}) answers nothing for ns1.example.test`)
})

const register: Step = { kind: 'check-unsigned' }
const signed = 'test. has DS 12345 of example2.test.'

test('with a DS record at one parent of one zone, the glue of none is changed', async () => {
  parents.say('b', 'example2.test', { ...delegatedTo(lb1), ds: [12345] })
  const error = await errorOf(does(check))
  assert.is(error.exitCode, 4)
  assert.ok(error.message.includes(`${signed} (${atB}; TTL 10 s)`), error.message)
})

test('nor is a registrar told anything, and what to do is said', async () => {
  parents.say('both', 'example.test', 'absent')
  parents.say('both', 'example2.test', { ns: ['ns.elsewhere.example'], ds: [12345] })
  const error = await errorOf(does(register))
  assert.is(error.exitCode, 4)
  assert.match(error.message, signed)
  assert.match(error.hint ?? '', /Nothing was changed at the registrar[\s\S]*remove the DS records/)
})

for (const ds of ['referral', 'denied by the child'] as const) {
  test(`where a parent's word of DS is ${ds}, it is not known: no glue, no registrar`, async () => {
    parents.say('a', 'example2.test', { ...delegatedTo(lb1), ds })
    for (const step of [check, register]) {
      const error = await errorOf(does(step))
      assert.is(error.exitCode, 8)
      assert.ok(error.message.includes(`a.nic.test (${parents.addresses.a}): asked for DS: `), error.message)
    }
  })
}

test('domains that do not exist yet, and those without DS, may be registered', async () => {
  parents.say('both', 'example2.test', 'absent')
  await does(register)
})

test('measured is the longest TTL of parents and zones', async () => {
  await does({ kind: 'measure-lb', lb: 'lb1-old' })
  assert.is((await getServer(world, 'lb1-old')).before?.ttlSeconds, 300)
})

const measure: Step = { kind: 'measure-lb', lb: 'lb1' }

test('a TTL that no parent told is not 0, nor is it what the rest says: unknown, and no label', async () => {
  parents.say('both', 'example2.test', 'SERVFAIL')
  const error = await errorOf(does(measure))
  assert.is(error.exitCode, 8)
  assert.ok(error.message.includes(`${atB}: no referral: SERVFAIL`), error.message)
  assert.is((await getServer(world, 'lb1')).before, undefined)
})

test('a TTL that an lb did not tell is unknown too', async () => {
  children[1].say('example2.test', 'SERVFAIL')
  const error = await errorOf(does(measure))
  assert.is(error.exitCode, 8)
  assert.match(error.message, `lb1-old (${lb1Old}) asked for example2.test. NS: SERVFAIL`)
  assert.is((await getServer(world, 'lb1')).before, undefined)
})

const seen = { state: 'delegated', nameservers: ['ns1.example.test.'], ds: 'none', silent: [] }

test('status shows how zones are delegated; DS records are drift, also before we are delegated to', async () => {
  parents.say('both', 'example2.test', { ns: ['ns.elsewhere.example'], ds: [12345] })
  const { delegations, drift } = await readDelegationsStatus(world, await zoneNames(world))
  assert.equal(delegations, [
    { zone: 'example.test.', ...seen },
    { zone: 'example2.test.', ...seen, nameservers: ['ns.elsewhere.example.'], ds: 'records' },
  ])
  assert.equal(drift.length, 1)
  assert.match(drift[0] ?? '', signed)
})

test('without an internet status says unknown, and no drift', async () => {
  parents.cut(true)
  const { delegations, drift } = await readDelegationsStatus(world, await zoneNames(world))
  assert.equal(drift, [])
  assert.equal(
    delegations.map(({ zone, state, ds, silent }) => [zone, state, ds, silent.length]),
    ['example.test.', 'example2.test.'].map((zone) => [zone, 'unknown', 'unknown', 1]),
  )
})

test('status does not wait for ever for what does not answer', async () => {
  parents.say('both', 'example.test', 'silence')
  const { delegations } = await readDelegationsStatus(world, await zoneNames(world), { deadlineMs: 300 })
  assert.equal(delegations, [
    {
      zone: 'example.test.',
      ...seen,
      state: 'unknown',
      nameservers: [],
      ds: 'unknown',
      silent: ['its parents were not all asked within 0.3 s'],
    },
    { zone: 'example2.test.', ...seen },
  ])
})

const drain: Step = { kind: 'begin-drain', lbs: ['lb1'] }

test('a drain does not begin without what was measured before the change, and says how to put it there', async () => {
  const error = await errorOf(does(drain))
  assert.is(error.exitCode, 8)
  assert.match(error.hint ?? '', 'hcloud server add-label lb1 ttl-before=172800')
  assert.is((await getServer(world, 'lb1')).drain, undefined)
})

test('a drain does not begin while a parent is silent', async () => {
  await does(measure)
  parents.say('b', 'example.test', 'SERVFAIL')
  const error = await errorOf(does(drain))
  assert.is(error.exitCode, 8)
  assert.is((await getServer(world, 'lb1')).drain, undefined)
})

test('it lasts as long as the longest TTL of before and of now', async () => {
  parents.say('both', 'example2.test', delegatedTo(lb1, 86_400))
  await does(drain)
  assert.is((await getServer(world, 'lb1')).drain?.waitSeconds, 86_400 + 8640)
})

test.run()
