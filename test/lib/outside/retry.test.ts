import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { RequestError, retry } from '../../../lib/outside/retry.ts'

const retries = suite('lib/outside/retry')

const failure = (message: string, maybeDone = false): RequestError => new RequestError(message, { maybeDone })

/** Fails with each of these, then succeeds. */
const play = async (errors: readonly Error[], most: number) => {
  const left = [...errors]
  const waits: string[] = []
  const result = await retry<string, RequestError>(
    async () => {
      const error = left.shift()
      if (error) throw error
      return 'done'
    },
    {
      retries: most,
      isRetried: (error): error is RequestError => error instanceof RequestError && error.message !== 'final',
      wait: async (error, attempt) => void waits.push(`${attempt} ${error.message}`),
    },
  ).catch((error: unknown) => error)
  return { result, waits, left: left.length }
}

retries('what succeeds is not tried again', async () => {
  assert.equal(await play([], 3), { result: 'done', waits: [], left: 0 })
})

retries('waits after each try, told the error and the number of the try', async () => {
  const { result, waits } = await play([failure('a'), failure('b')], 3)
  assert.equal([result, waits], ['done', ['0 a', '1 b']])
})

retries('gives up with the last error', async () => {
  const { result, waits } = await play([failure('a'), failure('b'), failure('c')], 1)
  assert.equal([String(result), waits], ['RequestError: b', ['0 a']])
})

retries('does not repeat what it is told not to', async () => {
  const { result, left } = await play([failure('final'), failure('b')], 3)
  assert.equal([String(result), left], ['RequestError: final', 1])
  assert.match(String((await play([new Error('a fault of our own')], 3)).result), 'a fault of our own')
})

retries('the last error knows that an earlier try may have been done', async () => {
  const { result } = await play([failure('a', true), failure('final')], 3)
  assert.is((result as RequestError).maybeDone, true)
})

retries.run()
