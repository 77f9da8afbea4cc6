import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHcloud, type Hcloud, type HcloudOptions } from '../../../lib/hcloud/client.ts'
import { createInstantClock } from './instant-clock.ts'

export interface Reply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly text?: string
  /** `hang`: never answers · `cut`: closes instead of answering · `cut-body`: closes in the middle of the body. */
  readonly fault?: 'hang' | 'cut' | 'cut-body'
}

/** `GET /servers?page=1` with the query decoded, and what the server says to it. */
export type Exchange = readonly [request: string, reply: Reply]

export interface Received {
  readonly request: string
  readonly authorization: string | undefined
  readonly body: unknown
}

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  text: JSON.stringify(body),
})

export const refuse = (status: number, code: string, more: { readonly [key: string]: unknown } = {}): Reply =>
  json(status, { error: { code, message: `${code} as scripted`, details: null, ...more } })

export const fault = (kind: NonNullable<Reply['fault']>): Reply => ({ status: 200, fault: kind })

export const page = (key: string, items: readonly unknown[], next: number | null = null): Reply =>
  json(200, { [key]: items, meta: { pagination: { page: 1, per_page: 50, next_page: next } } })

/** A loopback server that answers exactly the scripted exchanges in their order, and remembers what it was asked. */
export const startScriptedServer = async () => {
  let pending: Exchange[] = []
  let received: Received[] = []
  const server = createServer(async (request, response) => {
    const line = `${request.method} ${decodeURIComponent((request.url ?? '').replace(/^\/v1/, ''))}`
    const text = await readBody(request)
    const { authorization } = request.headers
    received.push({ request: line, authorization, body: text === '' ? undefined : JSON.parse(text) })
    const [expected, reply] = pending.shift() ?? ['nothing']
    answer(response, line === expected && reply ? reply : { status: 599, text: `expected ${expected}, got ${line}` })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return {
    endpoint,
    script: (...exchanges: readonly Exchange[]): void => {
      pending = [...exchanges]
      received = []
    },
    received: (): readonly Received[] => received,
    requests: (): readonly string[] => received.map((each) => each.request),
    /** What was scripted and not asked for. */
    rest: (): readonly string[] => pending.map(([request]) => request),
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

const answer = (response: ServerResponse, { status, headers, text = '', fault: kind }: Reply): void => {
  if (kind === 'hang') return
  if (kind === 'cut') return void response.socket?.destroy()
  if (kind === 'cut-body') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"servers":')
    setImmediate(() => response.socket?.destroy())
    return
  }
  response.writeHead(status, headers).end(text)
}

export const token = 'TOKENtokenTOKENtokenTOKENtokenTOKENtokenTOKENtokenTOKENtoken0123'

/** The real client against `endpoint`, with a clock that does not wait. */
export const clientFor = (
  endpoint: string,
  options: Partial<HcloudOptions> = {},
): { hcloud: Hcloud; slept: number[]; waits: string[] } => {
  const clock = createInstantClock()
  const waits: string[] = []
  const onWait = (text: string) => waits.push(text)
  return { hcloud: createHcloud({ endpoint, token, clock, onWait, ...options }), slept: clock.slept, waits }
}
