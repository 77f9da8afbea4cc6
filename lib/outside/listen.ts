import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InfraError, textOf } from '../errors.ts'

export interface Page {
  /** As it was opened: `http://[::1]:9353`. */
  readonly url: string
  show(text: string): void
  close(): Promise<void>
}

interface Served {
  readonly path: string
  readonly type: string
}

/**
 * Serves one text at one path, and 503 until there is one.
 * @param where `[::1]:9353`, `localhost:9353`; port 0 takes any that is free.
 * @throws InfraError (exit code 2) for what is no such place, and when it cannot be had.
 */
export const openPage = async (where: string, { path, type }: Served): Promise<Page> => {
  const refuse = (why: string, cause?: unknown): InfraError =>
    new InfraError(`--listen: ${where} ${why}`, { exitCode: 2, hint: 'Say an address and a port: [::1]:9353', cause })
  const [, host = '', port = ''] = /^(?:\[([^\]]+)\]|[^:]+):(\d{1,5})$/.test(where)
    ? (/^\[?(.+?)\]?:(\d+)$/.exec(where) ?? [])
    : []
  if (host === '' || Number(port) > 65_535) throw refuse('is not ADDRESS:PORT')
  let shown: string | undefined
  const server = createServer((request, response) => {
    if (request.url !== path) return void response.writeHead(404).end()
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end()
    if (shown === undefined) return void response.writeHead(503).end('not yet\n')
    response.writeHead(200, { 'content-type': type }).end(request.method === 'HEAD' ? undefined : shown)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(Number(port), host, resolve)
  }).catch((error: unknown) => {
    throw refuse(`cannot be listened at: ${textOf(error)}`, error)
  })
  const { port: taken } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    show: (text) => {
      shown = text
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
