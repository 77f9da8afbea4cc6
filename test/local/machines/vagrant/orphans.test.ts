import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runShell } from '../../../../local/host/run.ts'
import { endMarkedText, findMarked, markOf } from '../../../../local/machines/vagrant/orphans.ts'

const test = suite('local/machines/vagrant/orphans')

const parent = `/nowhere/${process.pid}`
const directory = `${parent}/machines`

const sleeper = (place: string) => {
  const [variable = '', value] = markOf(place).split('=')
  return spawn('sh', ['-c', 'sleep 100 & echo ready; wait'], { env: { ...process.env, [variable]: value } })
}

test('ends what is marked with the directory, with all it started, and nothing else', async () => {
  const inside = sleeper(directory)
  const below = sleeper(`${directory}/below`)
  const [insideClosed, belowClosed] = [once(inside, 'close'), once(below, 'close')]
  await Promise.all([inside, below].map((child) => once(child.stdout, 'data')))
  assert.equal(await findMarked(`${parent}/machine`), [])
  assert.is((await findMarked(parent)).length, 4, 'two shells and their sleeps')
  await runShell(endMarkedText(directory))
  // its output closes when nothing it started is left
  await insideClosed
  assert.is(inside.signalCode, 'SIGKILL')
  assert.is(below.signalCode, null)
  await runShell(endMarkedText(`${directory}/below`))
  await belowClosed
  assert.equal(await findMarked(parent), [])
})

test.run()
