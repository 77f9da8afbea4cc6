import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listRuns } from '../../lib/report/past-runs.ts'
import { createServingWorld, requireRun } from './prepared.ts'

// What a plan says of the time that it takes, from what earlier runs took.
const test = suite('world/estimate')

const fast = await createServingWorld(test)
const [{ root }] = fast.clones

const planned = async (name: 'deploy' | 'rotate') => {
  const text = await fast.run(name, { flags: { dryRun: true } })
  const json = await fast.run(name, { flags: { dryRun: true, json: true } })
  return { text: text.stdout, json: JSON.parse(json.stdout.split('\n')[0] ?? '') }
}

test('nothing is said before anything like it has run, and then what that took', async () => {
  const before = await planned('deploy')
  assert.not.match(before.text, /Takes about/)
  assert.equal([before.json.estimatedWorkMs, before.json.estimatedFromRuns], [undefined, undefined])
  await requireRun(fast, 'deploy', {})
  await requireRun(fast, 'deploy', {})
  const { text, json } = await planned('deploy')
  assert.match(text, /^Takes about \d+ s, as the last 2 runs like this took\.$/m)
  assert.is(json.estimatedFromRuns, 2)
  const took = (await listRuns(path.join(root, 'runs'))).flatMap(({ record }) =>
    'fault' in record || record.operation !== 'deploy' ? [] : [record.endedAtUnixMs - record.startedAtUnixMs],
  )
  assert.ok(json.estimatedWorkMs > 0 && json.estimatedWorkMs <= Math.max(...took), JSON.stringify([json, took]))
})

test('a file that is no report is no hindrance', async () => {
  await mkdir(path.join(root, 'runs', '7'), { recursive: true })
  await writeFile(path.join(root, 'runs', '7', 'report.json'), '{')
  await writeFile(path.join(root, 'runs', '8'), '')
  assert.match((await planned('deploy')).text, /^Plan: deploy/m)
})

test('a rotation says how long TTLs make it wait, and how long old lbs have to be idle', async () => {
  const { text, json } = await planned('rotate')
  const { caches, idle } = json.estimatedWaitsMs
  assert.is(idle, fast.clones[0].world().settings.config.rotation.idleSeconds * 1000)
  // ten seconds of TTL, and one to spare
  assert.is(caches, 11_000)
  assert.match(text, /until no cache can hold an old address \(about \d+ (min|h|d|s)\b.*, by the longest/)
  assert.match(text, /until the old lbs are hardly asked \(.* at least\)/)
  await requireRun(fast, 'rotate', { wait: true })
  const record = (await listRuns(path.join(root, 'runs'))).at(-1)?.record ?? { fault: 'none' }
  if ('fault' in record) throw new Error(record.fault)
  const wait = record.phases.find((one) => one.title === 'Wait for the caches')
  const took = (wait?.endedAtUnixMs ?? Number.NaN) - (wait?.startedAtUnixMs ?? 0)
  assert.ok(took > 0 && took <= caches + 1000, `${took} and not ${caches}`)
})

test.run()
