import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { type CloudApp, type CloudOptions, createCloud } from './app.ts'

export interface RunningCloud extends CloudApp {
  /** Such as `http://127.0.0.1:8401/v1`. */
  readonly endpoint: string
  close(): Promise<void>
}

/** Serves the API on loopback. @param port 0 for any */
export const startCloud = async (options: CloudOptions & { readonly port?: number }): Promise<RunningCloud> => {
  const cloud = await createCloud(options)
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: cloud.app.fetch, hostname: '127.0.0.1', port: options.port ?? 0 },
      ({ port }: AddressInfo) => {
        resolve({
          ...cloud,
          endpoint: `http://127.0.0.1:${port}/v1`,
          close: () =>
            new Promise((done) => {
              server.close(() => done())
              if ('closeAllConnections' in server) server.closeAllConnections()
            }),
        })
      },
    )
    server.on('error', reject)
  })
}
