import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { type Answer, type DecodedPacket, decode, encode, type Question } from 'dns-packet'
import type { Target } from '../../../lib/dns/query.ts'
import { createFrameReader, frame } from '../../../lib/dns/wire/framing.ts'

/** What a server does with a question: octets to send back, nothing at all, or the end of the TCP connection. */
export type Behaviour = (
  asked: Buffer,
  transport: 'udp' | 'tcp',
) => Promise<Buffer | null | 'close'> | Buffer | null | 'close'

export interface Relay {
  /** That are open. */
  connections(): number
  readonly target: Target
  close(): Promise<void>
}

const serveUdp = async (behave: Behaviour): Promise<Socket> => {
  const socket = createSocket('udp4')
  socket.on('message', async (asked, { port, address }) => {
    const answer = await behave(asked, 'udp')
    if (Buffer.isBuffer(answer) && !closed) socket.send(answer, port, address)
  })
  let closed = false
  socket.once('close', () => {
    closed = true
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}

const serveTcp = async (behave: Behaviour, port: number): Promise<Server> => {
  const server = createServer((socket) => {
    const read = createFrameReader(async (asked) => {
      const answer = await behave(asked, 'tcp')
      if (Buffer.isBuffer(answer)) socket.write(frame(answer))
      if (answer === 'close') socket.end()
    })
    socket.on('data', read)
    socket.on('error', () => socket.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

/** UDP and TCP on one port; one of the two may find it taken, so a few are tried. */
const serve = async (behave: Behaviour): Promise<{ udp: Socket; tcp: Server; port: number }> => {
  for (let attempt = 1; ; attempt++) {
    const udp = await serveUdp(behave)
    const { port } = udp.address()
    try {
      return { udp, tcp: await serveTcp(behave, port), port }
    } catch (error) {
      udp.close()
      if (!isPortTaken(error) || attempt === 20) throw error
    }
  }
}

/** A server on loopback that behaves as told. */
export const startServer = async (behave: Behaviour, name = 'ns1'): Promise<Relay> => {
  const { udp, tcp, port } = await serve(behave)
  const sockets = new Set<{ destroy(): void }>()
  tcp.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    connections: () => sockets.size,
    target: { name, address: '127.0.0.1', port },
    close: async () => {
      udp.close()
      tcp.close()
      for (const socket of sockets) socket.destroy()
      await once(tcp, 'close')
    },
  }
}

const forwardUdp = (asked: Buffer, port: number): Promise<Buffer> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('message', (answer) => {
      socket.close()
      resolve(answer)
    })
    socket.send(asked, port, '127.0.0.1')
  })

const forwardTcp = (asked: Buffer, port: number): Promise<Buffer> => {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const read = createFrameReader((answer) => {
      socket.destroy()
      resolve(Buffer.from(answer))
    })
    socket.on('data', read)
    socket.write(frame(asked))
  })
}

/** The answer that a good server gives, as it came. */
export const forward = (asked: Buffer, transport: 'udp' | 'tcp', port: number): Promise<Buffer> =>
  transport === 'udp' ? forwardUdp(asked, port) : forwardTcp(asked, port)

type WholePacket = DecodedPacket & {
  questions: Question[]
  answers: Answer[]
  authorities: Answer[]
  additionals: Answer[]
}

export interface Exchange {
  /** As dns-packet, another implementation than ours, reads it. */
  readonly answer: WholePacket
  readonly asked: WholePacket
  readonly transport: 'udp' | 'tcp'
  /** `mail.example.test MX`, lower case. */
  readonly question: string
}

/** Changes an answer in place; `null` swallows it, `close` ends the connection, octets replace it. */
export type Spoil = (exchange: Exchange) => undefined | null | 'close' | Buffer

/** A server that answers as a good one does, except for what `spoil` does to it. */
export const startSpoiled = (port: number, spoil: Spoil): Promise<Relay> =>
  startServer(async (bytes, transport) => {
    const answer = decode(await forward(bytes, transport, port)) as Exchange['answer']
    const asked = decode(bytes) as Exchange['asked']
    const { name = '', type = '' } = asked.questions[0] ?? {}
    const spoiled = spoil({ answer, asked, transport, question: `${name.toLowerCase()} ${type}` })
    return spoiled === undefined ? encode(answer) : spoiled
  })
