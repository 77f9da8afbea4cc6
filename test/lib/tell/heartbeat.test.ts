import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createHeartbeat } from '../../../lib/tell/heartbeat.ts'
import { errorOf } from '../error-of.ts'
import { incidentAt, lookAt } from './incident.ts'

const test = suite('lib/tell/heartbeat')

/** What is answered in turn; 0 hangs up. */
let script: number[] = []
let asked: string[] = []

const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`)
  const status = script.shift() ?? 200
  if (status === 0) request.socket.destroy()
  else response.writeHead(status, { location: '/elsewhere' }).end('OK')
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`
test.after(() => {
  server.close()
  server.closeAllConnections()
})
test.before.each(() => {
  script = []
  asked = []
})

const clock = { now: () => 0, sleep: async () => undefined }
const create = () => createHeartbeat({ url, clock })
const { signal } = new AbortController()

test('after each look it is asked for, at most once a minute, whatever is open', async () => {
  const teller = create()
  for (const seconds of [0, 30, 60, 119.999, 150]) {
    await teller.looked(lookAt(seconds, { open: [incidentAt(1)] }), { signal })
  }
  assert.equal(asked, ['GET /secret', 'GET /secret', 'GET /secret'])
})

test('a look that saw nothing is none', async () => {
  const teller = create()
  await teller.looked(lookAt(0, { report: undefined }), { signal })
  await teller.looked(lookAt(60, { isLinkUp: false }), { signal })
  assert.equal(asked, [])
})

for (const answers of [
  [503, 200],
  [0, 404, 200],
]) {
  test(`${answers.join(', ')} is a beat in the end`, async () => {
    script = [...answers]
    await create().looked(lookAt(0), { signal })
    assert.is(asked.length, answers.length)
  })
}

test('one that is never answered well fails without its URL, and is tried again after the next look', async () => {
  script = [301, 500, 404]
  const teller = create()
  const { message } = await errorOf(teller.looked(lookAt(0), { signal }))
  assert.is(message, 'answered 404')
  await teller.looked(lookAt(1), { signal })
  assert.is(asked.length, 4)
})

test('what is no URL is refused, and not repeated', async () => {
  const { message } = await errorOf((async () => createHeartbeat({ url: 'hc-ping.com/x', clock }))())
  assert.match(message, /no URL/)
  assert.not.match(message, /hc-ping/)
})

test.run()
