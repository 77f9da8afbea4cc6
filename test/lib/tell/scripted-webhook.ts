import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Posted {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Takes whatever is posted to it. */
export interface ScriptedWebhook {
  readonly url: string
  readonly posted: readonly Posted[]
  /** What is answered in turn; 0 hangs up. Without, and afterwards, it is 204. */
  willAnswer(...statuses: readonly number[]): void
  forget(): void
  close(): void
}

export const startWebhook = async (): Promise<ScriptedWebhook> => {
  const script: number[] = []
  const posted: Posted[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      posted.push({ headers: request.headers, body })
      const status = script.shift() ?? 204
      if (status === 0) request.socket.destroy()
      else response.writeHead(status, { location: '/elsewhere' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    posted,
    willAnswer: (...statuses) => void script.push(...statuses),
    forget: () => {
      script.length = 0
      posted.length = 0
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
