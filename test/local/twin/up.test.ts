import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isAptCache } from '../../../local/twin/apt-cache.ts'
import { isCloud } from '../../../local/twin/cloud.ts'
import { downSteps } from '../../../local/twin/down.ts'
import { layoutOf } from '../../../local/twin/layout.ts'
import { findLeftovers } from '../../../local/twin/leftovers.ts'
import { findProcesses } from '../../../local/twin/processes.ts'
import { runSteps, type TwinStep } from '../../../local/twin/steps.ts'
import { upSteps } from '../../../local/twin/up.ts'

// A real twin without machines, next to any other that runs; each test finds it as the one before left it.
const test = suite('local/twin/up')

const stateDir = await mkdtemp(path.join(tmpdir(), 'twin-test-'))
const layout = layoutOf(stateDir, 1)

const runQuietly = (steps: readonly TwinStep[]): Promise<void> => runSteps(steps, { say: () => {} })
const up = (): Promise<void> => runQuietly(upSteps({ stateDir }))
const down = async (): Promise<void> => runQuietly(await downSteps({ stateDir }))

const clean = async (): Promise<void> => {
  await down()
  await rm(stateDir, { recursive: true, force: true })
}
test.after(clean)
process.once('SIGTERM', () => void clean().finally(() => process.exit(1)))

const readEnvironment = async (): Promise<Record<string, string>> => {
  const lines = (await readFile(path.join(stateDir, 'twin.env'), 'utf8')).trim().split('\n')
  return Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string]))
}

const statusOf = async (endpoint = '', token = ''): Promise<number> =>
  (await fetch(`${endpoint}/locations`, { headers: { authorization: `Bearer ${token}` } })).status

const endHard = async (recognise: (argv: readonly string[]) => boolean): Promise<void> => {
  const pids = await findProcesses(recognise)
  assert.is(pids.length, 1)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}

test('brings up a cloud whose environment file only its owner can read', async () => {
  await up()
  const { HCLOUD_ENDPOINT, HCLOUD_TOKEN, INFRA_SSH_KEY } = await readEnvironment()
  assert.is(await statusOf(HCLOUD_ENDPOINT, HCLOUD_TOKEN), 200)
  assert.is(await statusOf(HCLOUD_ENDPOINT, 'wrong'), 401)
  assert.match(await readFile(INFRA_SSH_KEY ?? '', 'utf8'), /^ssh-ed25519 /)
  assert.is((await stat(path.join(stateDir, 'twin.env'))).mode & 0o777, 0o600)
})

test('run again, changes nothing', async () => {
  const before = [
    await readEnvironment(),
    await findProcesses(isCloud(layout)),
    await findProcesses(isAptCache(layout)),
  ]
  await up()
  const after = [await readEnvironment(), await findProcesses(isCloud(layout)), await findProcesses(isAptCache(layout))]
  assert.equal(after, before)
})

test('run again after both processes died, restores them at the same addresses', async () => {
  const before = await readEnvironment()
  await endHard(isCloud(layout))
  await endHard(isAptCache(layout))
  await up()
  assert.equal(await readEnvironment(), before)
  assert.is(await statusOf(before.HCLOUD_ENDPOINT, before.HCLOUD_TOKEN), 200)
})

for (const count of [2, 4, 5]) {
  test(`goes on after a run that ended after ${count} of its steps`, async () => {
    await down()
    await runQuietly(upSteps({ stateDir }).slice(0, count))
    await up()
    const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = await readEnvironment()
    assert.is(await statusOf(HCLOUD_ENDPOINT, HCLOUD_TOKEN), 200)
  })
}

test('down leaves nothing but what somebody else put there, and is fine with nothing to do', async () => {
  await writeFile(path.join(stateDir, 'notes.txt'), 'mine')
  await down()
  assert.equal(await findLeftovers(layout), [])
  assert.is(await readFile(path.join(stateDir, 'notes.txt'), 'utf8'), 'mine')
  await down()
})

test('down removes a twin whose records are gone', async () => {
  await up()
  await rm(path.join(stateDir, 'twin.json'))
  assert.ok((await findLeftovers(layout)).length > 3)
  await down()
  assert.equal(await findLeftovers(layout), [])
})

test.run()
