import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Plan, PlannedZone } from '../../lib/plan/types.ts'
import type { FastRun } from './clone.ts'
import type { Flags, OperationName } from './operations.ts'
import { prepared } from './prepared.ts'
import { createFastWorld } from './world.ts'

const test = suite('world/change')

const fast = await createFastWorld({ pairs: 2 })
test.after(() => fast.close())
await prepared(fast)

const file = path.join(fast.clones[0].root, 'zones', 'example.test.zone')
const source = await readFile(file, 'utf8')
const changed = source.replace('@ A 192.0.2.80', '@ A 192.0.2.90').replace('www CNAME @', 'web CNAME @')
const added = source
  .replaceAll('ns1', 'ns1.example.test.')
  .replaceAll('example.test..example.test.', 'example.test.')
  .replace('hostmaster', 'hostmaster.example.test.')

const planOf = ({ stdout, stderr }: FastRun): Plan => {
  const line = stdout.split('\n').find((one) => one.includes('"event":"plan"'))
  if (line === undefined) throw new Error(stderr)
  return JSON.parse(line) as Plan
}
const zonesIn = ({ change = [] }: Plan): readonly PlannedZone[] =>
  change.flatMap((one) => ('zones' in one ? one.zones : []))
const planned = async (name: OperationName, flags: Flags = {}): Promise<Plan> =>
  planOf(await fast.run(name, { flags: { ...flags, dryRun: true, json: true } }))

// what was read and proven once in the life of a process is not asked for again

test('nameservers that cannot be asked make it unknown', async () => {
  await writeFile(file, changed)
  for (const name of ['ns1', 'ns2']) fast.spoil(name, { isUnreachable: true })
  const { stdout } = await fast.run('deploy', { flags: { dryRun: true } })
  await fast.mend()
  assert.match(stdout, /^UNKNOWN what changes for clients: the zones of generation \d+ could not be compared \(ns1/m)
  assert.not.match(stdout, /No record changes/)
})

test('one that has other files than it was given proves nothing', async () => {
  const texts = ['ns1', 'ns2'].map((name) => fast.machine(name).nameserver?.texts as Map<string, string>)
  const given = texts.map((one) => one.get('example.test.') ?? '')
  texts.forEach((one, index) => void one.set('example.test.', `${given[index]}more 60 IN A 192.0.2.7\n`))
  const { change } = await planned('deploy')
  texts.forEach((one, index) => void one.set('example.test.', given[index] ?? ''))
  assert.match(JSON.stringify(change), /unknown.*ns1 has other zone files than it was given/)
})

test('what the zone files changed is in the plan, in the dry run and in its JSON', async () => {
  await writeFile(file, changed)
  const { stdout, exitCode } = await fast.run('deploy', { flags: { dryRun: true } })
  assert.is(exitCode, 3)
  const from = /clients of generation (\d+):/.exec(stdout)?.[1]
  assert.ok(
    stdout.includes(
      `What changes for clients of generation ${from}:
  example.test  +1 −1 ~1 records
    ~ @ 3600 A 192.0.2.80 → 192.0.2.90
    + web 3600 CNAME example.test.
    − www 3600 CNAME example.test.
`,
    ),
    stdout,
  )
  assert.equal(
    zonesIn(await planned('deploy')).map(({ zone, records }) => ({ zone, ...records })),
    [{ zone: 'example.test', added: 1, removed: 1, changed: 1 }],
  )
})

test('a rotation changes the same, and says of our own addresses what it cannot know yet', async () => {
  const { change, notes } = await planned('rotate')
  assert.is(change?.length, 1)
  assert.ok(
    notes.some((note) => /^Besides, zones give other addresses for ns1\.example\.test, ns2\.example\.test:/.test(note)),
    notes.join('\n'),
  )
})

test('it is deployed, and nothing is left to change', async () => {
  await writeFile(path.join(path.dirname(file), 'added.test.zone'), added)
  const run = await fast.run('deploy', { flags: { keepOld: true } })
  assert.is(run.exitCode, 0, run.stderr)
  assert.match(run.stderr, / {2}added\.test {2}comes, with \d+ records\n {4}\+ @ /)
  fast.clock.pass(3_600_000)
  assert.match((await fast.run('deploy', { flags: { dryRun: true } })).stdout, /^No record changes for clients of/m)
})

test('going back shows the same the other way round', async () => {
  const { stdout } = await fast.run('rollback', { flags: { dryRun: true } })
  assert.match(stdout, / {2}added\.test {2}GOES, with \d+ records\n/)
  assert.match(stdout, /~ @ 3600 A 192\.0\.2\.90 → 192\.0\.2\.80\n/)
})

test('what is half done is compared with what it was given, from any computer', async () => {
  await writeFile(file, source)
  const half = await fast.run('deploy', {
    flags: { keepOld: true },
    killAfter: ({ event, kind, state }) => event === 'step' && kind === 'switch-lb' && state === 'done',
  })
  assert.is(half.exitCode, undefined)
  // the lock of the killed one
  fast.clock.pass(120_000)
  assert.equal(
    zonesIn(await planned('deploy', { keepOld: true })).map(({ rrsets }) => rrsets.length),
    [3],
  )
})

test.run()
