import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../lib/errors.ts'
import type { RecordedWitness, RunRecord } from '../../lib/report/run-record.ts'
import type { FastRun } from './clone.ts'
import type { RunEvent } from './gate.ts'
import { prepared, requireRun } from './prepared.ts'
import { createFastWorld } from './world.ts'

// What is left in runs/<generation> of an operation that came to its end, failed or was interrupted.
const test = suite('world/report')

const fast = await createFastWorld({ pairs: 2, config: { witness: { queriesPerSecond: 200 } } })
test.after(() => fast.close())
const [{ root }] = fast.clones
await prepared(fast)
await requireRun(fast, 'deploy', {})
const before = await fast.save()
const zoneFile = path.join(root, 'zones', 'example.test.zone')
const source = await readFile(zoneFile, 'utf8')
test.before.each(async () => {
  await fast.load(before)
  await writeFile(zoneFile, `${source}new A 192.0.2.6\n`)
})

const generationOf = ({ events }: FastRun): string => {
  const plan = events.find(({ event }) => event === 'plan') as { generation?: number } | undefined
  return String(plan?.generation)
}

const folderOf = (run: FastRun): string => path.join(root, 'runs', generationOf(run))

const recordOf = async (run: FastRun): Promise<RunRecord> => {
  const file = path.join(folderOf(run), 'report.json')
  assert.ok(existsSync(file), `${run.stdout}\n${run.stderr}`)
  return JSON.parse(await readFile(file, 'utf8'))
}

const witnessIn = ({ witness }: RunRecord): RecordedWitness => {
  if (!witness || 'unasked' in witness) throw new Error(`no witness: ${JSON.stringify(witness)}`)
  return witness
}

/** Played operations are over too soon for a witness to ask much: commands take a moment, and so does what stands before and after a switch. */
const unhurried = ({ event, key, state }: RunEvent): void => {
  if (event !== 'phase' || state !== 'started') return
  if (key === 'stage') for (const lb of ['lb1', 'lb2']) fast.spoil(lb, { slowMs: 1 })
  if (key === 'stage' || key === 'retire') spawn('sleep', ['0.3'])
}

/** Every answer of port 53 is without authority. */
const disown = (_asked: Buffer, answer: Buffer, port: number): Buffer => {
  const spoiled = Buffer.from(answer)
  if (port === 53) spoiled.writeUInt16BE(spoiled.readUInt16BE(2) & ~0x0400, 2)
  return spoiled
}

test('a deployment leaves its plan, its steps with their times, what changed, and what was seen of each address when', async () => {
  const run = await fast.run('deploy', { flags: { keepOld: true }, onEvent: unhurried })
  assert.is(run.exitCode, 0, run.stderr)
  assert.match(run.stderr, new RegExp(`\\nReport: \\S*runs/${generationOf(run)}/report\\.`))
  const record = await recordOf(run)
  assert.equal([record.version, record.operation, record.outcome], [1, 'deploy', { exitCode: 0, meaning: 'done' }])
  assert.ok(record.startedAtUnixMs <= record.endedAtUnixMs)
  assert.equal(
    record.phases.map(({ title, state }) => [title, state]),
    record.plan.phases.map(({ title }) => [title, 'done']),
  )
  assert.equal(
    record.phases.flatMap(({ steps }) => steps.map(({ step }) => step)).sort(),
    record.plan.phases.flatMap(({ steps }) => steps).sort(),
  )
  for (const { startedAtUnixMs, endedAtUnixMs = Number.NaN, steps } of record.phases) {
    assert.ok(startedAtUnixMs <= endedAtUnixMs)
    for (const step of steps) assert.ok(startedAtUnixMs <= step.startedAtUnixMs && step.state === 'done')
  }
  const [change] = record.zoneChanges
  if (!change || 'unknown' in change) throw new Error(JSON.stringify(change))
  assert.equal(
    change.zones.map(({ zone, records }) => [zone, records]),
    [
      [
        'example.test',
        [
          {
            name: 'new.example.test.',
            type: 'A',
            sign: '+',
            after: '192.0.2.6',
            ttlSeconds: change.zones[0]?.records[0]?.ttlSeconds,
          },
        ],
      ],
    ],
  )
  assert.ok(record.answers.length > 0)
  const { targets, timeline, marks, incidents, totals } = witnessIn(record)
  assert.equal([totals.lost, totals.wrong, incidents], [0, 0, []])
  assert.equal(
    marks.map(({ name }) => name),
    ['start', 'switch lb1', 'switch lb2'],
  )
  for (const target of targets) {
    const lane = timeline.lanes.find(({ address }) => address === target.address)
    const bins = lane?.bins ?? []
    assert.is(
      bins.reduce((sum, { asked }) => sum + asked, 0),
      target.asked,
    )
    const heard = new Set(
      bins.flatMap(({ answeredBy }) => answeredBy.map(({ identity }) => timeline.identities[identity])),
    )
    assert.equal([...heard].sort(), target.identities.map(({ nsid }) => nsid).sort())
    assert.is(heard.size, 2, 'both generations answered')
    assert.is(target.family, 4)
  }
})

test('what was wrong is told with its moment, its question and the step', async () => {
  const run = await fast.run('deploy', {
    flags: { keepOld: true },
    onEvent: (event) => {
      unhurried(event)
      if (event.event !== 'step') return
      if (event.state === 'done' && event.step === 'Switch lb1 to ns1-next') fast.spoil('lb1', { spoil: disown })
      if (event.state === 'failed') fast.spoil('lb1', {})
    },
  })
  assert.is(run.exitCode, 4, run.stderr)
  const record = await recordOf(run)
  assert.is(record.outcome.exitCode, 4)
  assert.ok(run.stderr.includes(record.outcome.message ?? '?'))
  assert.ok((record.outcome.hint ?? '').length > 0)
  const { incidents, totals } = witnessIn(record)
  assert.ok(totals.wrong > 0)
  assert.is(incidents.filter(({ kind }) => kind === 'wrong').length, totals.wrong)
  for (const { lb, mark, question, atUnixMs } of incidents) {
    assert.equal([lb, mark], ['lb1', 'switch lb1'])
    assert.match(question, /\S+ \S+/)
    assert.ok(record.startedAtUnixMs <= atUnixMs && atUnixMs <= record.endedAtUnixMs)
  }
  assert.ok(incidents.some(({ steps }) => steps.includes('Check ns1-next through port 53 of lb1')))
  assert.ok(record.phases.some(({ state }) => state === 'failed'))
})

test('an interrupted run leaves its report too', async () => {
  const stop = new AbortController()
  const run = await fast.run('deploy', {
    interrupt: stop.signal,
    onEvent: ({ event, key }) => {
      if (event === 'phase' && key === 'configure') stop.abort(new InfraError('interrupted', { exitCode: 130 }))
    },
  })
  assert.is(run.exitCode, 130, run.stderr)
  const { outcome, phases } = await recordOf(run)
  assert.is(outcome.exitCode, 130)
  assert.match(outcome.hint ?? '', /No traffic has moved/)
  assert.ok(phases.length > 0)
})

test('a report that cannot be written is told, and changes no exit code', async () => {
  const run = await fast.run('deploy', {
    onEvent: ({ event, generation }) => {
      if (event === 'plan') void mkdir(path.join(root, 'runs', String(generation), 'report.json'), { recursive: true })
    },
  })
  assert.is(run.exitCode, 0, run.stderr)
  assert.match(run.stderr, /\nThe report of this run could not be written: EISDIR/)
})

test.run()
