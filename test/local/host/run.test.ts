import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../lib/errors.ts'
import { runOrFail, runShell } from '../../../local/host/run.ts'

const test = suite('local/host/run')

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error) => (error instanceof InfraError ? error.message : `not an InfraError: ${error}`),
  )

test('returns what a program prints, given its input', async () => {
  assert.is(await runOrFail(['cat'], { input: 'text' }), 'text')
  assert.is(await runShell('true'), '')
})

test('stops at the first command that fails, and says what it said', async () => {
  assert.is(await messageOf(runShell('echo no good >&2; false; echo more >&2')), 'sh failed (1): no good')
  assert.is(await messageOf(runOrFail(['/no/such/program'])), '/no/such/program is not installed')
})

test.run()
