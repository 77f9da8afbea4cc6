import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { InfraError } from '../../../../lib/errors.ts'
import { type AskAgent, runByAgent } from '../../../../local/machines/vagrant/agent.ts'

const test = suite('local/machines/vagrant/agent')

const clock = { now: () => 0, sleep: async () => {} }
const encode = (text: string): string => Buffer.from(text).toString('base64')

/** An agent that starts process 7 and then answers with these states of it, one after the other. */
const agent = (...states: readonly object[]): { readonly ask: AskAgent; readonly asked: unknown[] } => {
  const asked: unknown[] = []
  const answers = [{ pid: 7 }, ...states]
  return {
    asked,
    ask: async (command) => {
      asked.push(JSON.parse(command))
      return JSON.stringify({ return: answers[asked.length - 1] })
    },
  }
}

test('gives the text to a shell, waits for its end and returns what it said', async () => {
  const { ask, asked } = agent({ exited: false }, { exited: true, exitcode: 0, 'out-data': encode('grüezi\n') })
  assert.is(await runByAgent(ask, 'echo grüezi', clock), 'grüezi\n')
  const look = { execute: 'guest-exec-status', arguments: { pid: 7 } }
  assert.equal(asked.slice(1), [look, look])
  assert.equal((asked[0] as { arguments: { 'input-data': string } }).arguments['input-data'], encode('echo grüezi'))
})

test('throws with what a failing shell said', async () => {
  const { ask } = agent({ exited: true, exitcode: 3, 'err-data': encode('oops\n') })
  await runByAgent(ask, 'false', clock).then(assert.unreachable, (error: unknown) => {
    assert.instance(error, InfraError)
    assert.is((error as InfraError).message, 'sh failed (3): oops')
  })
})

test('says that a shell was killed', async () => {
  const { ask } = agent({ exited: true, signal: 9 })
  await runByAgent(ask, 'sleep 9', clock).then(assert.unreachable, (error: unknown) => {
    assert.is((error as InfraError).message, 'sh failed (signal 9): no message')
  })
})

test.run()
