import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeZones } from './checkout.ts'
import type { Flags, OperationName } from './operations.ts'
import { createServingWorld } from './prepared.ts'

// What caches may hold is noted before an lb is led on, whichever operation does it.
const test = suite('world/held')

const fast = await createServingWorld(test)

const longestTtl = 3600
/** A tenth of it is to spare. */
const heldSeconds = longestTtl + longestTtl / 10

const labelsOf = async (name: string): Promise<Readonly<Record<string, string>>> =>
  (await fast.servers()).find((server) => server.name === name)?.labels ?? {}

const heldAfter = (seconds: number): number => Math.floor(fast.clock.now() / 1000) + seconds

const run = async (name: OperationName, flags: Flags): Promise<void> => {
  const { exitCode, stderr } = await fast.run(name, { flags })
  assert.is(exitCode, 0, stderr)
}

const isNear = (seen: string | undefined, wanted: number): void =>
  assert.ok(Math.abs(Number(seen) - wanted) <= 60, `${seen}, not ${wanted}`)

test('a deployment and the way back note until when answers of the other generation may be held', async () => {
  assert.is((await labelsOf('ns1')).ttl, String(longestTtl))
  await run('deploy', { keepOld: true })
  const [served, kept] = [await labelsOf('ns1'), await labelsOf('ns1-old')]
  assert.is(served.ttl, String(longestTtl))
  isNear(served['held-until'], heldAfter(heldSeconds))
  assert.is(kept['held-until'], served['held-until'])
  // nothing is signed, so there is no other key to wait for
  assert.equal([served.keys, served['other-keys']], [undefined, undefined])

  fast.clock.pass(600_000)
  await run('rollback', {})
  const back = await labelsOf('ns1')
  assert.is(back.generation, kept.generation)
  isNear(back['held-until'], heldAfter(heldSeconds))
})

test('a TTL that was lowered is reckoned with as long as the higher one may be held', async () => {
  const [{ root }] = fast.clones
  const { settings } = fast.clones[0].world()
  const short =
    '$TTL 1m\n@ SOA ns1 hostmaster ( 0 3h 1h 2w 1m )\n@ 10 NS ns1.example.test.\n@ 10 NS ns2.example.test.\n@ A 192.0.2.80\n'
  await writeZones({ root, config: settings.config, zones: { 'example.test.zone': short } })
  await run('deploy', {})
  const lowered = await labelsOf('ns1')
  assert.is(lowered.ttl, '60')
  isNear(lowered['held-until'], heldAfter(heldSeconds))
  fast.clock.pass(600_000)
  await run('deploy', {})
  assert.is((await labelsOf('ns1'))['held-until'], lowered['held-until'])
})

test.run()
