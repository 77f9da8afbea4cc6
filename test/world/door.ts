import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createFrameReader, frame } from '../../lib/dns/wire/framing.ts'
import type { Answerer } from './authority-server.ts'

/** Something that listens, until it is closed. */
export interface Door {
  close(): Promise<void>
}

export interface DnsDoor {
  readonly address: string
  readonly port: number
  /** Looked up for each datagram, and for each connection once: undefined when nobody is there. */
  readonly answerer: (transport: 'udp' | 'tcp', end: () => void) => Answerer | undefined
}

/**
 * Listens for DNS over UDP and TCP.
 * @throws the error of the system when the address and port cannot be had
 */
export const openDnsDoor = (options: DnsDoor): Promise<Door> =>
  allOf([openUdp(options), openTcpDoor({ ...options, serve: serveDns(options) })])

/** Several as one: all of them are open, or none. @throws what the first of those that cannot be opened throws */
export const allOf = async (opening: readonly Promise<Door>[]): Promise<Door> => {
  const results = await Promise.allSettled(opening)
  const doors = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const close = async (): Promise<void> => void (await Promise.all(doors.map((door) => door.close())))
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return { close }
  await close()
  throw failed.reason
}

const openUdp = async ({ address, port, answerer }: DnsDoor): Promise<Door> => {
  const socket = createSocket('udp4')
  socket.on('message', (asked, from) => {
    const answer = answerer('udp', () => undefined)?.(asked, 'udp')
    if (answer) socket.send(answer, from.port, from.address)
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      socket.close(() => resolve())
    })
  try {
    await listening(socket, () => socket.bind(port, address))
  } catch (error) {
    await close()
    throw error
  }
  return { close }
}

const serveDns =
  ({ answerer }: DnsDoor) =>
  (socket: Socket): void => {
    const answer = answerer('tcp', () => socket.end())
    if (!answer) return void socket.resetAndDestroy()
    socket.on(
      'data',
      createFrameReader((asked) => {
        const answered = answer(asked, 'tcp')
        if (answered && socket.writable) socket.write(frame(answered))
      }),
    )
  }

export interface TcpDoor {
  readonly address: string
  readonly port: number
  readonly serve: (socket: Socket) => void
}

export const openTcpDoor = async ({ address, port, serve }: TcpDoor): Promise<Door> => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    serve(socket)
  })
  await listening(server, () => server.listen({ port, host: address }))
  return {
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

const listening = async (listener: Server | UdpSocket, begin: () => void): Promise<void> => {
  const begun = once(listener, 'listening')
  begin()
  await begun
}
