import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { prepared, requireRun } from './prepared.ts'
import { generationsIn, readStanding } from './standing.ts'
import { createFastWorld } from './world.ts'

// A pair is taken out of the config: it answers until nobody can know it any more, and then it goes.
const test = suite('world/leaving')

const fast = await createFastWorld({ pairs: 3 })
test.after(() => fast.close())

const names = async (): Promise<readonly string[]> => (await fast.servers()).map(({ name }) => name).sort()
const all = ['lb1', 'lb2', 'lb3', 'ns1', 'ns2', 'ns3']

/** By hand: no program removes a nameserver there. */
const takeAwayAtRegistrar = (): void =>
  fast.internet.register(
    new Map(
      [...fast.internet.registered()].map(([name, domain]) => [
        name,
        { ...domain, nameservers: domain.nameservers.filter((host) => !host.startsWith('ns3.')) },
      ]),
    ),
  )

const refusalOf = async (name: 'deploy' | 'rotate', flags = {}): Promise<string> => {
  const { exitCode, stderr } = await fast.run(name, { flags })
  assert.is(exitCode, 1, stderr)
  return stderr
}

test('as long as parents lead to a pair, nothing is deployed without it', async () => {
  await prepared(fast)
  await fast.dropPair()
  const refusal = await refusalOf('deploy')
  assert.match(refusal, /does not have the pair of lb3, and parents still lead there/)
  assert.match(refusal, /a\.nic\.test \(.*\) names ns3\.example\.test\. for example\.test\./)
  assert.match(refusal, /as the only ones of these domains at the registrar/)
  assert.match(await refusalOf('rotate', { removePairs: true }), /Deploy without it first, with deploy-infra/)
  await requireRun(fast, 'bootstrap', {})
  assert.equal(await names(), all)
  takeAwayAtRegistrar()
})

test('then every lb gets zones that do not name it, and the time begins that caches may know it', async () => {
  const [before] = generationsIn(await readStanding(fast))
  await requireRun(fast, 'deploy', { acceptZone: 'example.test' })
  const [after, ...others] = generationsIn(await readStanding(fast))
  assert.equal(others, [])
  assert.ok(Number(after) > Number(before))
  assert.equal(await names(), all)
  const lb3 = (await fast.servers()).find(({ name }) => name === 'lb3')
  assert.ok(lb3?.labels['drain-since'])
  assert.match(await refusalOf('rotate', { wait: true }), /does not have the pair of lb3/)
})

test('what is deployed until it goes, it answers too', async () => {
  await requireRun(fast, 'deploy', { keepOld: true })
  assert.is(generationsIn(await readStanding(fast)).length, 1)
  await requireRun(fast, 'rollback', {})
  assert.is(generationsIn(await readStanding(fast)).length, 1)
  await requireRun(fast, 'deploy', {})
})

test('with the pair in the config again its marks are not taken for those of a pair that stays', async () => {
  await fast.addPair()
  assert.match(await refusalOf('deploy'), /lb3 began to leave.*\n.*rotate-lbs --remove-pairs/)
  await fast.dropPair()
})

test('once no cache can know it and nobody asks there, it is removed, by whatever clone', async () => {
  const waiting = await fast.run('rotate', { flags: { removePairs: true, noWait: true } })
  assert.is(waiting.exitCode, 7, waiting.stderr)
  const other = await fast.clones[1].run('rotate', { flags: { removePairs: true, wait: true } })
  assert.is(other.exitCode, 0, other.stderr)
  assert.equal(await names(), ['lb1', 'lb2', 'ns1', 'ns2'])
  assert.is(await fast.lock(), undefined)
  await requireRun(fast, 'deploy', {})
  await requireRun(fast, 'rotate', { wait: true })
  assert.equal(await names(), ['lb1', 'lb2', 'ns1', 'ns2'])
})

test.run()
