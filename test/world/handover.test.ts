import { spawn } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Handover } from '../../lib/dns/witness/handover.ts'
import type { WitnessReport } from '../../lib/dns/witness.ts'
import { createAuthority } from './authority-server.ts'
import type { FastRun } from './clone.ts'
import type { RunEvent } from './gate.ts'
import type { Flags, OperationName } from './operations.ts'
import { prepared, requireRun } from './prepared.ts'
import { createFastWorld } from './world.ts'

// A deployment that adds a zone and a record, and removes a zone and a record: what the witness sees of it, there and back.
const test = suite('world/handover')

const fast = await createFastWorld({ pairs: 2, config: { witness: { queriesPerSecond: 200 } } })
test.after(() => fast.close())
const [clone, other] = fast.clones

const folderOf = (root: string): string => path.join(root, 'zones')
const fileOf = (root: string, zone: string): string => path.join(folderOf(root), `${zone}.zone`)
const source = await readFile(fileOf(clone.root, 'example.test'), 'utf8')
const small = `$TTL 1h
@ SOA ns1.example.test. hostmaster.example.test. ( 0 3h 1h 2w 5m )
@ NS ns1.example.test.
@ NS ns2.example.test.
`
const writeBefore = async (root: string): Promise<void> => {
  await writeFile(fileOf(root, 'example.test'), `${source}gone A 192.0.2.5\n`)
  await writeFile(fileOf(root, 'going.test'), small)
  await rm(fileOf(root, 'added.test'), { force: true })
}
const writeAfter = async (root: string): Promise<void> => {
  await writeFile(fileOf(root, 'example.test'), `${source}new A 192.0.2.6\n`)
  await writeFile(fileOf(root, 'added.test'), small)
  await rm(fileOf(root, 'going.test'), { force: true })
}
const coming = ['added.test. NS', 'added.test. SOA', 'new.example.test. A']
const going = ['going.test. NS', 'going.test. SOA', 'gone.example.test. A']

await writeBefore(clone.root)
await prepared(fast)
await requireRun(fast, 'deploy', {})
const before = await fast.save()
test.before.each(async () => {
  await fast.load(before)
  await writeAfter(clone.root)
})

const witnessIn = ({ events, stderr }: FastRun): WitnessReport => {
  const event = events.find((one) => one.event === 'witness') as { report?: WitnessReport } | undefined
  if (!event?.report) throw new Error(`no witness\n${stderr}`)
  return event.report
}

const handoverIn = (run: FastRun): Handover => {
  const { handover } = witnessIn(run)
  if (!handover) throw new Error(`no handover\n${run.stderr}`)
  return handover
}

const accepted: Flags = { keepOld: true, acceptZone: 'going.test' }

/**
 * Lets the witness ask for a while before the lbs are switched and after: played operations are over too soon. Time stands still while a
 * process runs, so commands that take a moment wait for its end.
 */
const unhurried = async (run: (onEvent: (event: RunEvent) => void) => Promise<FastRun>): Promise<FastRun> => {
  for (const lb of ['lb1', 'lb2']) fast.spoil(lb, { slowMs: 1 })
  return run(({ event, key, state }) => {
    if (event === 'phase' && state === 'started' && (key === 'stage' || key === 'retire')) spawn('sleep', ['0.3'])
  })
}

/** It was done, nothing was lost or wrong, and every lb answered first as the one generation does, then as the other does. */
const requireHandover = (run: FastRun, come: readonly string[], go: readonly string[]): void => {
  assert.is(run.exitCode, 0, `${run.stderr}\n${run.stdout}`)
  const { lost, refused, wrong } = witnessIn(run).totals
  assert.equal({ lost, refused, wrong }, { lost: 0, refused: 0, wrong: 0 })
  const { comes, goes, lbs, unknown } = handoverIn(run)
  assert.equal([[...comes.questions].sort(), [...goes.questions].sort()], [come, go])
  assert.equal([comes.all, goes.all, unknown], [come.length, go.length, []])
  assert.equal(
    lbs.map(({ lb }) => lb),
    ['lb1', 'lb2'],
  )
  for (const { switchedAt, again, ...kinds } of lbs) {
    assert.is(again, undefined)
    if (switchedAt === undefined) throw new Error('when it was switched is not known')
    for (const { old, new: made } of [kinds.comes, kinds.goes]) {
      if (!old || !made) throw new Error(`one generation was not heard: ${JSON.stringify(kinds)}`)
      assert.ok(old.first <= switchedAt && switchedAt <= made.first, JSON.stringify(kinds))
      assert.ok(old.last <= made.first, JSON.stringify(kinds))
      assert.is(made.questions, 3)
    }
  }
}

/** The rows of the table below a line, with neither times nor spaces. */
const rowsBelow = (text: string, line: RegExp): readonly string[] => {
  const lines = text.split('\n')
  const at = lines.findIndex((one) => line.test(one))
  assert.ok(at >= 0, text)
  return lines.slice(at + 2, at + 4).map((one) => one.trim().replace(/ +/g, ' '))
}

test('a deployment: from when on each lb answered what comes, and until when what goes', async () => {
  const run = await unhurried((onEvent) => fast.run('deploy', { flags: accepted, onEvent }))
  requireHandover(run, coming, going)
  for (const [heading, since] of [
    [/^What only generation \d+ has \(3 questions\) was answered from:$/, 'from'],
    [/^What only generation \d+ has \(3 questions\) was answered until:$/, 'until'],
  ] as const) {
    const rows = rowsBelow(run.stdout, heading)
    for (const [index, row] of rows.entries())
      assert.match(
        row,
        new RegExp(
          `^lb${index + 1} \\d\\d:\\d\\d:\\d\\d UTC, \\S+ .* ${since === 'from' ? 'after' : '(before|after)'} 3 of 3$`,
        ),
      )
  }
  for (const one of [...coming, ...going]) assert.ok(run.stdout.includes(`\n    ${one}\n`), one)
})

test('the way back: the same the other way round', async () => {
  await requireRun(fast, 'deploy', accepted)
  requireHandover(await unhurried((onEvent) => fast.run('rollback', { onEvent })), going, coming)
})

const isDone =
  (step: string) =>
  (event: RunEvent): boolean =>
    event.event === 'step' && event.state === 'done' && event.step === step

const killedBetweenSwitches = async (): Promise<void> => {
  const { exitCode, stderr } = await fast.run('deploy', {
    flags: accepted,
    killAfter: isDone('Check ns1-next through port 53 of lb1'),
  })
  assert.is(exitCode, undefined, stderr)
  fast.clock.pass(3_600_000)
}

test('an unfinished deployment that is taken back, by a clone that has neither zone file: the same again', async () => {
  await killedBetweenSwitches()
  const run = await unhurried((onEvent) => other.run('rollback', { onEvent }))
  assert.is(run.exitCode, 0, run.stderr)
  const { comes, goes, lbs } = handoverIn(run)
  assert.equal([[...comes.questions].sort(), [...goes.questions].sort()], [going, coming])
  // the other one had not been led anywhere
  const [lb1, lb2] = lbs
  assert.ok(lb1?.goes.old && lb1.goes.new && lb1.switchedAt !== undefined)
  assert.ok(lb2 && !lb2.goes.old && lb2.goes.new && lb2.switchedAt === undefined)
})

test('one that is gone on with: of the lb that was switched before, no switch is told', async () => {
  await killedBetweenSwitches()
  const run = await other.run('deploy', { flags: accepted })
  assert.is(run.exitCode, 0, run.stderr)
  assert.equal(
    handoverIn(run).lbs.map(({ switchedAt, comes }) => [switchedAt !== undefined, comes.new?.questions]),
    [
      [false, 3],
      [true, 3],
    ],
  )
  assert.match(run.stdout, /^ {2}lb1 .* – +3 of 3$/m)
})

test('an lb that never answers as the new generation does is switched back, and the events say what was heard there', async () => {
  const run = await fast.run('deploy', {
    flags: accepted,
    onEvent: (event) => isDone('Switch lb2 to ns2-next')(event) && answerAsBefore('lb2', 'ns2', () => true),
  })
  assert.is(run.exitCode, 4, run.stderr)
  const lb2 = handoverIn(run).lbs.find(({ lb }) => lb === 'lb2')
  assert.ok(lb2?.switchedAt !== undefined && lb2.comes.old && lb2.goes.old)
  assert.equal(lb2.goes.old.questions, 3)
})

test('an lb that answers as the old generation again, once it was proven, is named, and the run ends with 5', async () => {
  let count = 0
  const run = await fast.run('deploy', {
    flags: accepted,
    onEvent: ({ event, title, state }) =>
      event === 'phase' &&
      title === 'Rename, retire the idle colours' &&
      state === 'started' &&
      answerAsBefore('lb2', 'ns2', () => count++ % 2 === 0),
  })
  assert.is(run.exitCode, 5, run.stderr)
  const said = /lb2 was answered by generation \d+ again after \d+ had answered there: \d+ times, the last at \d/
  assert.match(run.stderr, said)
  assert.match(run.stdout, said)
  assert.not.match(run.stdout, /lb1 was answered by/)
  assert.is(witnessIn(run).totals.wrong, 0)
})

/** Some of what is asked of an lb is answered by a nameserver of before, behind its back. */
const answerAsBefore = (lb: string, nameserver: string, isMeant: () => boolean): void => {
  const { zones, identity } = fast.machine(nameserver).nameserver ?? {}
  if (!zones || !identity) throw new Error(`${nameserver} is no nameserver`)
  const answer = createAuthority({ zones: () => zones, identity })
  fast.spoil(lb, {
    spoil: (asked, answered, port) => (port === 53 && isMeant() ? answer(asked, 'udp') : answered),
  })
}

test('a nameserver of before that cannot be read makes unknown what goes, and is not silent about it', async () => {
  await requireRun(fast, 'deploy', accepted)
  for (const name of ['ns1', 'ns2']) fast.spoil(name, { isUnreachable: true })
  const run = await other.run('rollback')
  assert.is(run.exitCode, 0, run.stderr)
  assert.match(
    run.stdout,
    /UNKNOWN in part what comes and goes: the zones of generation \d+ could not be read \(ns1 \(.*\)\.$/m,
  )
})

/** An operation that can do without what the nameservers say, from a clone that has other zone files, while none of them can be reached. */
const runBlindly = async (name: OperationName, flags: Flags): Promise<FastRun> => {
  for (const one of ['ns1', 'ns2', 'ns1-old', 'ns2-old']) fast.spoil(one, { isUnreachable: true })
  return other.run(name, { flags })
}

test('a witness that knows nothing to ask for says so', async () => {
  await requireRun(fast, 'deploy', accepted)
  const run = await runBlindly('deploy', { removeKept: true })
  assert.is(run.exitCode, 0, run.stderr)
  assert.match(
    run.stdout,
    /\n\nThe witness asked nothing, because the zones of generation \d+ could not be read \(ns1 .*; which zones are served is not known\.\n\n/,
  )
  const event = run.events.find((one) => one.event === 'witness') as { unasked?: string } | undefined
  assert.match(String(event?.unasked), /^the zones of generation/)
})

test.run()
