import { type ServerType, serve } from '@hono/node-server'

type Fetch = (request: Request) => Response | Promise<Response>

export interface Served {
  stop(): Promise<void>
}

/** Serves HTTP on port 80 of one address. */
export const serveHttp = (fetch: Fetch, address: string): Promise<Served> =>
  new Promise((resolve, reject) => {
    const server: ServerType = serve({ fetch, hostname: address, port: 80 }, () => resolve({ stop }))
    server.on('error', reject)
    const stop = (): Promise<void> =>
      new Promise((done) => {
        server.close(() => done())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
  })
