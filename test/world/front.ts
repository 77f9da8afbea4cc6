import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'

export interface FrontRequest {
  readonly method: string
  /** Such as `/v1/servers?name=lb1`, or `/registrar/domains/example.test`. */
  readonly path: string
  readonly body: string
}

export interface FrontOptions {
  /** Answers a request whose path no longer has the name of the clone. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** Whether the clone of this name has been killed. */
  readonly isDead: (clone: string) => boolean
  /** Whether this request is refused. */
  readonly isRefused: (request: FrontRequest) => boolean
}

export interface Front {
  /** Of one clone, such as `http://127.0.0.1:4711/a`. */
  endpointOf(clone: string): string
  isBusy(): boolean
  close(): Promise<void>
}

const refusal = (): Response =>
  new Response(
    JSON.stringify({ error: { code: 'invalid_input', message: 'refused, as it was told to', details: null } }),
    {
      status: 422,
      headers: { 'content-type': 'application/json' },
    },
  )

/** The way over HTTP to cloud and registrar, for each clone of its own: one that was killed is not heard, and hears nothing. */
export const startFront = ({ fetch, isDead, isRefused }: FrontOptions): Promise<Front> => {
  let open = 0
  const answer = async (request: Request, clone: string): Promise<Response> => {
    const url = new URL(request.url)
    const body = await request.text()
    url.pathname = url.pathname.slice(clone.length + 1)
    if (isRefused({ method: request.method, path: `${url.pathname}${url.search}`, body })) return refusal()
    const { method, headers } = request
    return fetch(new Request(url, { method, headers, ...(body === '' ? {} : { body }) }))
  }
  const handle = async (request: Request, { incoming }: { incoming: IncomingMessage }): Promise<Response> => {
    const clone = new URL(request.url).pathname.split('/')[1] ?? ''
    open += 1
    try {
      return isDead(clone) ? refusal() : await answer(request, clone)
    } finally {
      open -= 1
      if (isDead(clone)) incoming.socket.destroy()
    }
  }
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: (request, env) => handle(request, env as { incoming: IncomingMessage }),
        hostname: '127.0.0.1',
        port: 0,
      },
      ({ port }: AddressInfo) =>
        resolve({
          endpointOf: (clone) => `http://127.0.0.1:${port}/${clone}`,
          isBusy: () => open > 0,
          close: () =>
            new Promise((done) => {
              server.close(() => done())
              if ('closeAllConnections' in server) server.closeAllConnections()
            }),
        }),
    )
    server.on('error', reject)
  })
}
