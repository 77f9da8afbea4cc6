import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findProcess, signal } from '../../../local/host/process.ts'

const test = suite('local/host/process')

test('a pid file counts only while the process with that argument runs', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'process-test-'))
  const file = path.join(directory, 'pid')
  const child = spawn('sleep', ['60.125'], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.on('close', resolve))
  await writeFile(file, `${child.pid}\n`)
  assert.is(await findProcess(file, '60.125'), child.pid)
  assert.is(await findProcess(file, 'other'), undefined)
  signal(child.pid ?? 0, 'SIGKILL')
  await ended
  assert.is(await findProcess(file, '60.125'), undefined)
  signal(child.pid ?? 0, 'SIGKILL')
  assert.is(await findProcess(path.join(directory, 'none'), '60.125'), undefined)
  await rm(directory, { recursive: true })
})

test.run()
