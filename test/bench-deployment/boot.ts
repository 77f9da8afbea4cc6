import { connect } from 'node:net'
import { systemClock, waitFor } from '../../lib/clock.ts'
import type { Twin } from '../scripts/twin.ts'

const opensPort22 = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 })
    const end = (isOpen: boolean): void => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('data', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })

/** Two machines of the stock image, side by side as a deployment makes them, until sshd greets: milliseconds. */
export const bootToSsh = async ({ cloud }: Twin): Promise<number> => {
  const image = await cloud.images.find('debian-12', 'x86')
  const startedAt = performance.now()
  const servers = await Promise.all(
    ['bench-a', 'bench-b'].map((name) =>
      cloud.servers.createReady(
        { name, server_type: 'cpx22', image: image?.id ?? 0, location: 'fsn1' },
        { timeoutMs: 60_000 },
      ),
    ),
  )
  const attempt = async (address: string) =>
    (await opensPort22(address)) ? { done: true } : { seen: 'port 22 closed' }
  const options = { clock: systemClock, everyMs: 100, timeoutMs: 60_000 }
  await Promise.all(
    servers.map((server) => waitFor(server.name, () => attempt(server.public_net.ipv4?.ip ?? ''), options)),
  )
  const ms = performance.now() - startedAt
  await Promise.all(servers.map((server) => cloud.servers.delete(server.id)))
  return ms
}
