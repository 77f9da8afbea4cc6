import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withLock } from '../../../lib/lock.ts'
import { describeStatus, exitCodeOf } from '../../../lib/report/status.ts'
import type { Ssh } from '../../../lib/ssh/ssh.ts'
import { compileArtefact } from '../../../lib/tasks/artefact.ts'
import { readStatus } from '../../../lib/tasks/status.ts'
import type { World } from '../../../lib/tasks/world.ts'
import { hashZones } from '../../../lib/zones/hash.ts'
import { ownNetwork, startParents } from '../dns/parents.ts'
import { withVariable } from '../with-variable.ts'
import { exampleZone } from '../zones/fixture.ts'
import { createFakeWorld } from './fake-world.ts'

// An emulated cloud with an lb on whose port 53 nobody listens, and a nameserver whose files are those of its generation.
const test = suite('lib/tasks/status')

const parents = await startParents(ownNetwork(83))
const fake = await createFakeWorld({
  loopback: `${ownNetwork(84)}.0/24`,
  rootServers: [parents.root],
  zones: { 'example.test.zone': exampleZone.replaceAll('  NS ns2\n', '') },
})
const folder = fake.zonesFolder
const badFile = path.join(folder, 'bad.test.zone')

test.after(async () => {
  parents.close()
  await fake.close()
})

const lbStatus = JSON.stringify({
  version: 2,
  active: 'blue',
  colours: { blue: { upstream: '10.0.0.9', running: true }, green: { upstream: null, running: false } },
})

const generation = 100
await fake.addServer('lb1', generation)
await fake.addServer('ns1', generation, { zones: await hashZones(folder) })

let served = (await compileArtefact(fake.world, generation))[0]?.text ?? ''
const run: Ssh['run'] = async (_host, [program, ...words]) => {
  if (program === 'dns-lb') return lbStatus
  if (program === 'named-checkconf') return 'example.test IN _default primary\n'
  if (program === 'cat') return words[0] === '/etc/bind/named.conf' ? 'options { };\n' : served
  return `${createHash('sha256').update(served).digest('hex')}  /etc/bind/db.example.test\0`
}
const world: World = { ...fake.world, ssh: { ...fake.world.ssh, run } }

test('a zone file that does not compile is told, and so is all the rest', async () => {
  writeFileSync(badFile, '$TTL 1h\n@ SOA nonsense\n')
  try {
    const status = await readStatus(world)
    assert.equal([...new Set(status.answers.map(({ zone }) => zone))], ['example.test.'])
    assert.equal(status.delegations.map(({ zone }) => zone).sort(), ['bad.test.', 'example.test.'])
    assert.ok(status.drift.some((sentence) => sentence.startsWith('the zone files have changed since ns1 was made')))
    assert.match(status.unknown.at(-1) ?? '', /^what ns1 serves can be compared with nothing/)
    assert.is(status.unknown.length, 2)
    assert.match(
      describeStatus(status, Number.POSITIVE_INFINITY),
      /Not known:\n {2}- The zone files at hand could not be deployed: [\s\S]*bad\.test\.zone/,
    )
  } finally {
    rmSync(badFile)
  }
})

test('without any zone file, and without the compiler, the rest is shown too', async () => {
  const nowhere = { ...world.settings, config: { ...world.settings.config, zonesFolder: 'gone' } }
  const without = await readStatus({ ...world, settings: nowhere })
  assert.equal(without.answers.length, 2)
  assert.is(without.unknown.filter((sentence) => sentence.startsWith('Whether the zone files differ')).length, 1)

  // others than those that have been compiled already
  writeFileSync(path.join(folder, 'other.test.zone'), exampleZone)
  try {
    const { answers, unknown } = await withVariable('PATH', folder, () => readStatus(world))
    assert.equal(answers.length, 2)
    assert.match(unknown.join('\n'), /named-compilezone is not installed[\s\S]*apt-get install/)
  } finally {
    rmSync(path.join(folder, 'other.test.zone'))
  }
})

test('an lb that does not answer is one sentence', async () => {
  const { drift } = await readStatus(world)
  assert.is(drift.filter((sentence) => sentence.startsWith('lb1 does not answer')).length, 1, drift.join('\n'))
  assert.not(
    drift.some((sentence) => sentence.includes('does not serve')),
    drift.join('\n'),
  )
})

test('a record that somebody changed on a nameserver is drift, and so are other machines than those of the config', async () => {
  const before = served
  served = served.replaceAll('192.0.2.2\n', '192.0.2.222\n')
  const [pair] = world.settings.config.pairs
  if (!pair) throw new Error('one pair')
  const pairs = [{ ...pair, location: 'hel1', serverTypes: ['cx23'] }]
  const config = { ...world.settings.config, pairs }
  const { drift } = await readStatus({ ...world, settings: { ...world.settings, config } })
  served = before
  for (const sentence of [
    /^ns1 does not serve what it was made with \(example\.test\. has other data for .*mail\.example\.test\. A/,
    /^lb1 and ns1 are in fsn1, infra\.config\.ts has hel1 for pair 1: /,
    /^lb1 and ns1 are of type cpx22, infra\.config\.ts has cx23 for pair 1: /,
  ]) {
    assert.ok(
      drift.some((one) => sentence.test(one)),
      drift.join('\n'),
    )
  }
})

test('an operation that is at work is named, and what it is making is not left of anything', async () => {
  await fake.addServer('ns1-next', 200)
  await fake.addServer('lb1-next', 200, { announced: true })
  const lock = {
    ...world,
    project: 'example',
    operation: 'rotate-lbs',
    waitMs: 0,
    signal: new AbortController().signal,
    say: () => undefined,
  }
  const during = await withLock(lock, () => readStatus(world))
  assert.is(during.operation?.operation, 'rotate-lbs')
  assert.match(
    describeStatus(during, Number.POSITIVE_INFINITY),
    /^rotate-lbs is at work, since .* UTC, [0-9-]+ \(for \d+ s\), by .* \(pid \d+\)\./,
  )
  assert.not(during.drift.some((sentence) => sentence.includes('is left of')))
  assert.equal(
    during.lbs.map(({ name }) => name),
    ['lb1', 'lb1-next'],
  )
  assert.match(describeStatus(during, Number.POSITIVE_INFINITY), /lb1-next .*clients may reach it/)

  const after = await readStatus(world)
  assert.is(after.operation, undefined)
  assert.ok(after.drift.some((sentence) => sentence.startsWith('ns1-next is left of')))
  assert.is(exitCodeOf(after), 3)
})

test.run()
