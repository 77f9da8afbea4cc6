import { setTimeout as sleep } from 'node:timers/promises'
import { decode, encode } from 'dns-packet'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../../lib/clock.ts'
import { createCheck } from '../../../../lib/dns/checks/check.ts'
import { openLane } from '../../../../lib/dns/checks/lane.ts'
import { startServer } from '../relay.ts'

const test = suite('lib/dns/checks/lane')

for (const transport of ['udp', 'tcp'] as const) {
  test(`once it is closed nothing is opened over ${transport} any more`, async () => {
    let asked = 0
    const server = await startServer(() => {
      asked += 1
      return 'close'
    })
    const options = { tries: 1, timeoutMs: 100, clock: systemClock, signal: undefined, pace: undefined }
    const lane = openLane(server.target, options)
    const questions = [{ name: 'example.test.', type: 'A', transport }] as const
    const check = createCheck({ id: 'rrsets', questions, expected: () => '', judge: () => [] })
    try {
      lane.close()
      const error = await lane.ask(check, 0).catch((thrown: unknown) => thrown)
      assert.equal([asked, String(error)], [0, 'Error: the asking was ended'])
    } finally {
      lane.close()
      await server.close()
    }
  })
}

test('a question is not lost with the connection that another one made the server end', async () => {
  const server = await startServer(async (asked) => {
    if (decode(asked).questions?.[0]?.type === 'NS') return 'close'
    await sleep(50)
    return encode({ ...decode(asked), type: 'response' })
  })
  const options = { tries: 2, timeoutMs: 1000, clock: systemClock, signal: undefined, pace: undefined }
  const lane = openLane(server.target, options)
  const ask = async (type: 'NS' | 'SOA') => {
    const questions = [{ name: 'example.test.', type, transport: 'tcp' }] as const
    const check = createCheck({ id: 'rrsets', questions, expected: () => '', judge: () => [] })
    const { replies } = await lane.ask(check, 0)
    return replies.map(({ kind }) => kind)
  }
  try {
    assert.equal(await Promise.all([ask('SOA'), ask('NS')]), [['answered'], ['closed']])
  } finally {
    lane.close()
    await server.close()
  }
})

test.run()
