import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createRedaction, exchange, readRetryAfter, readUnixTime } from '../../../lib/outside/http.ts'

const http = suite('lib/outside/http')

const server = createServer((request, response) => {
  if (request.url === '/cut') return void request.socket.destroy()
  if (request.url === '/hang') return
  if (request.url === '/away') return void response.writeHead(302, { location: '/echo' }).end()
  if (request.url === '/half') {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    setImmediate(() => response.socket?.destroy())
    return
  }
  let body = ''
  request.setEncoding('utf8').on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => response.end(JSON.stringify({ method: request.method, headers: request.headers, body })))
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
http.after(() => {
  server.close()
  server.closeAllConnections()
})

const get = (path: string, more: object = {}) =>
  exchange({
    method: 'GET',
    url: `${endpoint}${path}`,
    headers: {},
    timeoutMs: 5_000,
    signals: [new AbortController().signal],
    ...more,
  })

http('a body goes as JSON, with the headers that are given', async () => {
  const result = await get('/echo', { method: 'PUT', body: { a: 1 }, headers: { authorization: 'Bearer x' } })
  const { method, headers, body } = JSON.parse('answer' in result ? result.answer.text : '')
  assert.equal(
    [method, headers['content-type'], headers.accept, headers.authorization, body],
    ['PUT', 'application/json', 'application/json', 'Bearer x', '{"a":1}'],
  )
})

http('without a body there is no type', async () => {
  const result = await get('/echo')
  const { headers, body } = JSON.parse('answer' in result ? result.answer.text : '')
  assert.equal([headers['content-type'], body], [undefined, ''])
})

http('a redirect is an answer, and is not followed', async () => {
  const result = await get('/away')
  assert.is('answer' in result && result.answer.status, 302)
})

/** Of a server that was there a moment ago. */
const closedUrl = async (): Promise<string> => {
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  return `http://127.0.0.1:${port}/`
}

const lostFor = async (path: string, more: object = {}) => {
  const result = await get(path, more)
  return 'lost' in result ? { code: result.lost.code, isSent: result.lost.isSent } : result.answer.status
}

http('an answer that is lost says what was the matter at the bottom, and whether the request was sent', async () => {
  assert.equal(await lostFor('/cut'), { code: 'UND_ERR_SOCKET', isSent: true })
  assert.equal(await lostFor('/half'), { code: 'UND_ERR_SOCKET', isSent: true })
  assert.equal(await lostFor('/hang', { timeoutMs: 50 }), { code: 'TimeoutError', isSent: true })
  assert.equal(await lostFor('', { url: await closedUrl() }), { code: 'ECONNREFUSED', isSent: false })
})

http('an aborted request rejects with the reason of its signal', async () => {
  const controller = new AbortController()
  const reason = new Error('interrupted')
  const rejected = get('/hang', { signals: [undefined, controller.signal] }).catch((error: unknown) => error)
  setTimeout(() => controller.abort(reason), 30)
  assert.is(await rejected, reason)
})

http('a time limit holds although memory is tidied up meanwhile', async () => {
  setFlagsFromString('--expose-gc')
  const tidy = setInterval(runInNewContext('gc'), 20)
  try {
    const late = delay(2_000, 'still waiting', { ref: false })
    assert.equal(await Promise.race([lostFor('/hang', { timeoutMs: 200 }), late]), {
      code: 'TimeoutError',
      isSent: true,
    })
  } finally {
    clearInterval(tidy)
  }
})

http('no secret is left, nor the end of one that begins as another', () => {
  const redact = createRedaction(['abc', 'abcdef'], '[secret]')
  assert.is(redact('x abcdef y abc z'), 'x [secret] y [secret] z')
})

const now = Date.parse('Fri, 27 Nov 2026 12:00:00 GMT')

for (const [text, seconds] of [
  ['30', 30],
  ['0', 0],
  ['Fri, 27 Nov 2026 12:00:30 GMT', 30],
  ['Fri, 27 Nov 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['', undefined],
] as const) {
  http(`Retry-After: ${text || 'nothing'}`, () => {
    assert.is(readRetryAfter(new Headers({ 'retry-after': text }), now), seconds)
  })
}

http('no Retry-After', () => assert.is(readRetryAfter(new Headers(), now), undefined))

http('a moment in Unix seconds', () => {
  const headers = new Headers({ 'x-reset': '1700000000', 'x-none': 'soon' })
  assert.equal(
    ['x-reset', 'x-none', 'x-absent'].map((name) => readUnixTime(headers, name)),
    [1_700_000_000, undefined, undefined],
  )
})

http.run()
