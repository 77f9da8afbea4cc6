import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../lib/errors.ts'
import { findProcess, runProgram, runShell, signal } from '../../../local/host/process.ts'

const test = suite('local/host/process')

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error) => (error instanceof InfraError ? error.message : `not an InfraError: ${error}`),
  )

test('returns what a program prints, given its input', async () => {
  assert.is(await runProgram('cat', [], { input: 'text' }), 'text')
  assert.is(await runShell('true'), '')
})

test('stops at the first command that fails, and says what it said', async () => {
  assert.is(await messageOf(runShell('echo no good >&2; false; echo more >&2')), 'sh failed (1): no good')
  assert.is(await messageOf(runProgram('/no/such/program', [])), '/no/such/program could not be run')
})

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
