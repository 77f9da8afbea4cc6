import { setTimeout as delay } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Child, startChild } from './child.ts'
import { ask, createRig, delegationAt, until } from './rig.ts'

// Real servers of a domain behind a real resolver; each test finds them as the one before left them.
const test = suite('local/internet/resolver')

const rig = await createRig()
const { call, layout } = rig
const { parents, resolver } = layout.internet
const children: Child[] = []
test.after(async () => {
  await Promise.all(children.map((child) => child.stop()))
  await rig.stop()
})

/** Of delegations and their glue. */
const parentTtlSeconds = 4

interface Place {
  readonly ipv4: string
  readonly ipv6: string
}

const placeOf = (host: number): Place => ({
  ipv4: `198.18.${layout.slot}.${host}`,
  ipv6: `2001:2:0:${layout.slot.toString(16)}${host}::1`,
})
const [oldPlace, newPlace] = [placeOf(10), placeOf(20)]

/** Tells by `who` which of the servers was asked; that is not remembered, so each question goes to a server. */
const zoneOf = ({ ipv4, ipv6 }: Place, who: string) => ({
  ipv4,
  ipv6,
  origin: 'example.test',
  records: [
    '@ 60 SOA ns1 hostmaster 1 3600 600 86400 60',
    '@ 60 NS ns1',
    `ns1 60 A ${ipv4}`,
    `ns1 60 AAAA ${ipv6}`,
    '@ 100 A 192.0.2.80',
    `who 0 TXT ${who}`,
  ],
})

const resolve = (name: string, type: string, address = resolver.ipv4) => ask(address, name, type, true)

const who = async (): Promise<string | undefined> => (await resolve('who.example.test', 'TXT')).answers[0]?.rdata

const setGlue = ({ ipv4, ipv6 }: Place) =>
  call('PUT', '/v1/domains/example.test/hosts/ns1.example.test', { addresses: [ipv4, ipv6] })

const showsGlue = async (parent: string, { ipv4 }: Place): Promise<boolean> =>
  (await delegationAt(parent, 'example.test')).some((line) => line.endsWith(` ${ipv4}`))

/** Which servers were asked, one question after the other, until it is `wanted`. */
const askUntil = async (wanted: string): Promise<readonly (string | undefined)[]> => {
  const seen: (string | undefined)[] = []
  await until(`${wanted} is asked`, async () => {
    seen.push(await who())
    return seen.at(-1) === wanted
  })
  return seen
}

test('says that a domain is not there until its parent delegates it, and soon after that it is', async () => {
  await rig.start()
  children.push(await startChild(layout, zoneOf(oldPlace, 'old')), await startChild(layout, zoneOf(newPlace, 'new')))
  const before = await resolve('example.test', 'A')
  assert.equal([before.rcode, before.ra, before.authority[0]?.name], ['NXDOMAIN', true, 'test.'])
  await call('POST', '/faults', { parentTtl: parentTtlSeconds })
  await setGlue(oldPlace)
  await call('PUT', '/v1/domains/example.test/nameservers', { nameservers: ['ns1.example.test'] })
  await until('the domain is found', async () => (await resolve('example.test', 'A')).rcode === 'NOERROR')
  assert.is((await resolve('example.test', 'A', resolver.ipv6)).answers[0]?.rdata, '192.0.2.80')
})

test('remembers an answer for as long as it was told, counting down', async () => {
  const first = (await resolve('example.test', 'A')).answers[0]?.ttl ?? 0
  assert.ok(first > 0 && first <= 100)
  await delay(1100)
  const second = (await resolve('example.test', 'A')).answers[0]?.ttl ?? first
  assert.ok(second < first)
})

test('asks the old server until the parent’s TTL is over, and from then on the new one', async () => {
  // a delegation that was fetched after the question before is at most this old when the parents change
  await delay(parentTtlSeconds * 1000)
  const askedAt = performance.now()
  assert.is(await who(), '"old"')
  await setGlue(newPlace)
  for (const { name, ipv4 } of parents) await until(`${name} shows it`, () => showsGlue(ipv4, newPlace))
  const seen = await askUntil('"new"')
  assert.ok(seen.slice(0, -1).every((one) => one === '"old"'))
  // times here are only as fine as a second
  assert.ok(performance.now() - askedAt > (parentTtlSeconds - 1) * 1000)
  assert.is(await who(), '"new"')
})

test.run()
