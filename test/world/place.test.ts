import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startInternet } from './internet.ts'
import { findPlace } from './place.ts'

const test = suite('world/place')

test('a place that is taken is left as it is', async () => {
  const now = (): number => 0
  const { internet, prefix } = await findPlace(now)
  try {
    const failure = await startInternet(prefix, now).catch((error: unknown) => error)
    assert.is((failure as NodeJS.ErrnoException).code, 'EADDRINUSE')
    const other = await findPlace(now)
    await other.internet.close()
    assert.is.not(other.prefix, prefix)
  } finally {
    await internet.close()
  }
})

test.run()
