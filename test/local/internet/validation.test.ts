import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runOrFail } from '../../../local/host/run.ts'
import { openKeys, trustAnchorFile, trustAnchorText } from '../../../local/internet/keys.ts'
import { isInternet } from '../../../local/twin/internet.ts'
import { findProcesses } from '../../../local/twin/processes.ts'
import { signBy } from '../../lib/dns/dnssec/signed-zone.ts'
import { type Child, startNameserver } from './child.ts'
import { createRig, until } from './rig.ts'

// Signed and unsigned domains below a signed root, seen through real validators; each test finds them as the one before left them.
const test = suite('local/internet/validation')

const rig = await createRig()
const { call, layout } = rig
const { parents, resolver, bindResolver, behindResolver, plainResolver } = layout.internet
const [parentA, parentB] = parents.map(({ ipv4 }) => ipv4) as [string, string]
const internet = path.join(layout.stateDir, 'internet')
const children: Child[] = []
test.after(async () => {
  await Promise.all(children.map((child) => child.stop()))
  await rig.stop()
})

const validators = [resolver, bindResolver, behindResolver].map(({ ipv4 }) => ipv4)
const ofEach = <T>(value: T): readonly T[] => validators.map(() => value)

/** What a resolver thinks of it: `NOERROR ad` is proven. */
const statusAt = async (address: string, name: string): Promise<string> => {
  const said = await runOrFail(['dig', '+dnssec', '+tries=3', `@${address}`, name, 'TXT'])
  const [, status] = /status: (\w+)/.exec(said) ?? []
  return /^;; flags:.* ad\b.*;/m.test(said) ? `${status} ad` : `${status}`
}

const statusesOf = (name: string): Promise<readonly string[]> =>
  Promise.all(validators.map((address) => statusAt(address, name)))

/** What delv(1) concludes by itself; it says so in words alone. */
const judge = async (anchor: string, root: string, words: readonly string[]): Promise<string> => {
  const said = await runOrFail(['delv', '-a', anchor, `+root=${root}`, ...words])
  return /^; (.*validated|unsigned answer)$/m.exec(said)?.[1] ?? said
}

const judgeAt = (address: string, ...question: readonly string[]): Promise<string> =>
  judge(trustAnchorFile(layout.stateDir), '.', [`@${address}`, ...question])

const setDs = (domain: string, ...ds: readonly string[]) => call('PUT', `/v1/domains/${domain}/ds`, { ds })
const strangeDs = `54321 13 2 ${'02'.repeat(32)}`

const keyTagsAt = async (parent: string, domain: string): Promise<readonly string[]> =>
  (await runOrFail(['dig', '+short', `@${parent}`, domain, 'DS']))
    .split('\n')
    .flatMap((line) => line.split(' ')[0] || [])

const dsOf = async (origin: string, signed: string): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'ds-'))
  try {
    const file = path.join(folder, 'zone')
    await writeFile(file, signed)
    return (await runOrFail(['dnssec-dsfromkey', '-2', '-f', file, origin])).trim().replace(/^.* DS /, '')
  } finally {
    await rm(folder, { recursive: true })
  }
}

const [ipv4, ipv6] = [`198.18.${layout.slot}.10`, `2001:2:0:${layout.slot.toString(16)}0a::1`]
const zoneOf = (origin: string, ...more: readonly string[]) => ({
  origin,
  text: [
    `${origin} 2 IN SOA ns1.example.test. hostmaster.example.test. 1 3600 600 86400 2`,
    `${origin} 2 IN NS ns1.example.test.`,
    `${origin} 2 IN TXT here`,
    ...more,
    '',
  ].join('\n'),
  serial: 1,
  rrsets: [],
})

/** One that is signed, one below it whose signatures hold for long but ended a minute ago, and one that is not signed. */
const startDomains = async (): Promise<void> => {
  const ended = zoneOf('ended.example.test.')
  const endedText = await signBy(ended, { inception: 'now-8640000', expiration: 'now-60' })
  const signed = zoneOf(
    'example.test.',
    `ns1.example.test. 2 IN A ${ipv4}`,
    'ended.example.test. 2 IN NS ns1.example.test.',
    `ended.example.test. 2 IN DS ${await dsOf('ended.example.test.', endedText)}`,
  )
  const signedText = await signBy(signed)
  const zones = [{ ...ended, text: endedText }, { ...signed, text: signedText }, zoneOf('example2.test.')]
  children.push(await startNameserver(layout, { ipv4, ipv6, zones, options: 'minimal-responses yes;' }))
  await call('POST', '/faults', { parentTtl: 2 })
  await call('PUT', '/v1/domains/example.test/hosts/ns1.example.test', { addresses: [ipv4] })
  for (const domain of ['example.test', 'example2.test'])
    await call('PUT', `/v1/domains/${domain}/nameservers`, { nameservers: ['ns1.example.test'] })
  await setDs('example.test', await dsOf('example.test.', signedText))
}

test('root and parent are proven to whoever has the trust anchor, and so is what is not there', async () => {
  await rig.start()
  for (const question of [
    ['.', 'SOA'],
    ['test', 'DNSKEY'],
    ['b.nic.test', 'AAAA'],
  ])
    assert.is(await judgeAt(resolver.ipv4, ...question), 'fully validated')
  assert.is(await judgeAt(resolver.ipv4, 'nobody.test', 'A'), 'negative response, fully validated')
})

test('what is signed is proven through every validator, what is not is found, and a plain cache says nothing of it', async () => {
  await startDomains()
  await until('it is found', async () => (await statusesOf('example.test')).every((one) => one === 'NOERROR ad'))
  assert.equal(await statusesOf('example2.test'), ofEach('NOERROR'))
  assert.is(await statusAt(plainResolver.ipv4, 'example.test'), 'NOERROR')
  for (const address of validators) {
    assert.is(await judgeAt(address, 'example.test', 'TXT'), 'fully validated')
    assert.is(await judgeAt(address, 'example2.test', 'TXT'), 'unsigned answer')
  }
})

test('no validator takes a signature for a moment longer than it holds', async () => {
  assert.equal(await statusesOf('ended.example.test'), ofEach('SERVFAIL'))
  assert.is(await statusAt(plainResolver.ipv4, 'ended.example.test'), 'NOERROR')
})

test('can have the second parent show the DS of a key that nobody has, and sign that too', async () => {
  const right = await keyTagsAt(parentA, 'example.test')
  await call('POST', '/faults', { wrongDs: true })
  await setDs('example2.test')
  assert.equal(await keyTagsAt(parentA, 'example.test'), right)
  assert.equal(await keyTagsAt(parentA, 'example2.test'), [])
  for (const domain of ['example.test', 'example2.test']) assert.equal(await keyTagsAt(parentB, domain), ['12345'])
  const anchor = path.join(layout.stateDir, 'parent-anchor')
  await writeFile(anchor, trustAnchorText((await openKeys(internet)).parent))
  assert.is(await judge(anchor, 'test', [`@${parentB}`, 'example2.test', 'DS']), 'fully validated')
  await call('DELETE', '/faults')
  assert.equal(await keyTagsAt(parentB, 'example.test'), right)
  assert.equal(await keyTagsAt(parentB, 'example2.test'), [])
  await until('that is forgotten', async () => (await statusesOf('example2.test')).every((one) => one === 'NOERROR'))
})

test('with a DS of a key that nobody has, a domain is lost to every validator', async () => {
  await setDs('example2.test', strangeDs)
  await until('they refuse it', async () => (await statusesOf('example2.test')).every((one) => one === 'SERVFAIL'))
  assert.is(await statusAt(plainResolver.ipv4, 'example2.test'), 'NOERROR')
  assert.equal(await statusesOf('example.test'), ofEach('NOERROR ad'))
})

test('without it, the domain is back once caches have forgotten it', async () => {
  await setDs('example2.test')
  const isBack = async (): Promise<boolean> => (await statusesOf('example2.test')).every((one) => one === 'NOERROR')
  // a key that it found wrong is wrong to unbound for a minute, whatever it is told
  await until('it is found', isBack, 90_000)
})

const restart = async (meanwhile?: () => Promise<unknown>): Promise<void> => {
  for (const pid of await findProcesses(isInternet(layout))) process.kill(pid, 'SIGKILL')
  await meanwhile?.()
  await rig.start()
}
const readAnchor = (): Promise<string> => readFile(trustAnchorFile(layout.stateDir), 'utf8')

test('killed and started again, has the same keys', async () => {
  const before = await readAnchor()
  await restart()
  assert.is(await readAnchor(), before)
  assert.equal(await statusesOf('example.test'), ofEach('NOERROR ad'))
})

test('what was published without signatures is signed at the next start, also where nothing is published then', async () => {
  const before = await readAnchor()
  await call('POST', '/faults', { publishDelayMs: 3_600_000 })
  await restart(async () => {
    await rm(path.join(internet, 'keys'), { recursive: true })
    for (const { name } of parents) await rm(path.join(internet, `${name}.zone.signed`))
  })
  assert.is.not(await readAnchor(), before)
  assert.equal(await statusesOf('example.test'), ofEach('NOERROR ad'))
})

test.run()
