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

// first of all, since what is proven once is not read again
test('nameservers that cannot be asked make it unknown', async () => {
  for (const name of ['ns1', 'ns2']) fast.spoil(name, { isUnreachable: true })
  const { stdout } = await fast.run('deploy', { flags: { dryRun: true } })
  await fast.mend()
  assert.match(stdout, /^UNKNOWN what changes for clients: the zones of generation \d+ could not be compared \(ns1/m)
  assert.not.match(stdout, /No record changes/)
})

test('one that has other files than it was given proves nothing', async () => {
  const texts = ['ns1', 'ns2'].map((name) => fast.machine(name).nameserver?.texts as Map<string, string>)
  const given = texts[0]?.get('example.test.') ?? ''
  for (const one of texts) one.set('example.test.', `${given}more 60 IN A 192.0.2.7\n`)
  const { change } = await planned('deploy')
  for (const one of texts) one.set('example.test.', given)
  assert.match(JSON.stringify(change), /unknown.*ns1 has other zone files than it was given/)
})

test('what the zone files changed is in the plan, in the dry run and in its JSON', async () => {
  await writeFile(file, changed)
  const { stdout, exitCode } = await fast.run('deploy', { flags: { dryRun: true } })
  assert.is(exitCode, 3)
  const from = /clients of generation (\d+):/.exec(stdout)?.[1]
  assert.ok(
    stdout.includes(
      `Changes for clients of generation ${from}:
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

test('it is there as Markdown, and then nothing is done', async () => {
  const { stdout, exitCode, stderr } = await fast.run('deploy', { flags: { markdown: true } })
  assert.is(exitCode, 3, stderr)
  assert.ok(stdout.startsWith('## Changes for clients\n\nFor clients of generation '), stdout)
  assert.ok(stdout.includes('\n```diff\n- @ 3600 A 192.0.2.80\n+ @ 3600 A 192.0.2.90\n'), stdout)
})

test('it is deployed, the report says what changed, and nothing is left to change', async () => {
  await writeFile(path.join(path.dirname(file), 'added.test.zone'), added)
  const run = await fast.run('deploy', { flags: { keepOld: true } })
  assert.is(run.exitCode, 0, run.stderr)
  for (const text of [run.stderr, run.stdout])
    assert.match(text, /Changes for clients of generation \d+:\n {2}added\.test {2}comes, with \d+ records\n {4}\+ @ /)
  fast.clock.pass(3_600_000)
  assert.match((await fast.run('deploy', { flags: { dryRun: true } })).stdout, /^No record changes for clients of/m)
})

test('going back shows the same the other way round', async () => {
  const { stdout } = await fast.run('rollback', { flags: { dryRun: true } })
  assert.match(stdout, / {2}added\.test {2}GOES, with \d+ records\n/)
  assert.match(stdout, /~ @ 3600 A 192\.0\.2\.90 → 192\.0\.2\.80\n/)
})

test('what is dangerous has to be agreed to by the name of its zone', async () => {
  const before = await fast.servers()
  await writeFile(file, `${changed}@ MX 10 mx.elsewhere.invalid.\n*.new A 192.0.2.1\n`)
  const refused = await fast.run('deploy', { flags: { keepOld: true } })
  assert.is(refused.exitCode, 2)
  const [, error = ''] = refused.stderr.split('error: ')
  assert.is(
    error,
    `example.test has other mail servers (MX): none → 10 mx.elsewhere.invalid.; mail for it is delivered to the new ones.
example.test has a new wildcard *.new (A); names below new.example.test that are not there are answered by it, not denied (NXDOMAIN).
This has to be agreed to, and there is no terminal to ask on
  Nothing was changed. Take --accept-zone example.test to answer beforehand.
`,
  )
  assert.equal(await fast.servers(), before)
  const agreed = await fast.run('deploy', { flags: { keepOld: true, acceptZone: 'example.test' } })
  assert.is(agreed.exitCode, 0, agreed.stderr)
  fast.clock.pass(3_600_000)
})

test('what is half done is compared with what it was given, and its dangers are not asked about again', async () => {
  await writeFile(file, source)
  const half = await fast.run('deploy', {
    flags: { keepOld: true, acceptZone: 'example.test' },
    killAfter: ({ event, kind, state }) => event === 'step' && kind === 'switch-lb' && state === 'done',
  })
  assert.is(half.exitCode, undefined, half.stderr)
  fast.clock.pass(3_600_000)
  const plan = await planned('deploy', { keepOld: true })
  assert.equal(
    zonesIn(plan).map(({ rrsets }) => rrsets.length),
    [5],
  )
  assert.equal(
    plan.dangers?.map(({ kind, isAgreed }) => [kind, isAgreed]),
    [['mail', true]],
  )
  const rest = await fast.run('deploy', { flags: { keepOld: true } })
  assert.is(rest.exitCode, 0, rest.stderr)
})

test.run()
