import { randomInt } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { familyOf } from '../../ip.ts'
import type { PreparedQuestion } from '../wire/question.ts'
import {
  answered,
  describeIgnored,
  describeStray,
  type Endpoint,
  idOf,
  type Reply,
  readReply,
  type Unanswered,
} from '../wire/reply.ts'
import { type Deadline, startDeadline } from './deadline.ts'

/** A way to put questions to one address. */
export interface Connection {
  /** Always resolves. A UDP socket takes one question at a time, a TCP connection many. */
  ask(asked: PreparedQuestion, timeoutMs: number): Promise<Reply>
  /** Questions still open resolve as `aborted`. */
  close(): void
}

interface Pending {
  readonly asked: PreparedQuestion
  readonly id: number
  readonly startedAt: number
  readonly deadline: Deadline
  readonly ignored: Set<string>
  readonly resolve: (reply: Reply) => void
}

type ErrorWithCode = Error & { readonly code?: string }

// Addresses are literals: asking the resolver for them would only cost time.
const lookup = (
  address: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
): void => done(null, address, familyOf(address))

const failureOf = ({ code, message }: ErrorWithCode): Pick<Unanswered, 'kind' | 'detail'> =>
  code === 'ECONNREFUSED'
    ? { kind: 'refused', detail: 'refused: nothing listens there (ICMP port unreachable)' }
    : { kind: 'unreachable', detail: `could not be sent: ${code ?? message}` }

const withId = (bytes: Buffer, id: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy.writeUInt16BE(id, 0)
  return copy
}

/**
 * Opens a UDP socket with a source port of its own. It is connected, so that the kernel takes datagrams from this address and
 * port only and reports ICMP errors; with `anySource` it is not, and the answer says where it came from.
 */
export const openUdp = (endpoint: Endpoint, { anySource = false } = {}): Connection => {
  const socket = createSocket({ type: `udp${familyOf(endpoint.address)}`, lookup })
  let pending: Pending | undefined
  let closed = false

  const settle = (reply: Reply): void => {
    const settled = pending
    pending = undefined
    settled?.deadline.cancel()
    settled?.resolve(reply)
  }
  const fail = (failure: Pick<Unanswered, 'kind' | 'detail'>): void => {
    if (pending) settle({ ...failure, ms: performance.now() - pending.startedAt })
  }

  socket.on('message', (bytes, remote) => {
    if (pending) take(bytes, remote, pending, settle)
  })
  socket.on('error', (error) => fail(failureOf(error)))
  const ready = anySource ? undefined : connect(socket, endpoint)

  const send = async (bytes: Buffer): Promise<void> => {
    const failed = (error: Error | null): void => {
      if (error) fail(failureOf(error))
    }
    await ready
    if (closed) return
    if (anySource) socket.send(bytes, endpoint.port, endpoint.address, failed)
    else socket.send(bytes, failed)
  }

  return {
    ask: (asked, timeoutMs) =>
      new Promise((resolve) => {
        const id = randomInt(0x10000)
        const ignored = new Set<string>()
        const expire = (): void => {
          fail({ kind: 'timeout', detail: `no answer within ${timeoutMs} ms${describeIgnored(ignored)}` })
        }
        const deadline = startDeadline(timeoutMs, expire)
        pending = { asked, id, startedAt: performance.now(), deadline, ignored, resolve }
        if (closed) fail({ kind: 'aborted', detail: 'not asked: the socket is closed' })
        else send(withId(asked.bytes, id)).catch((error) => fail(failureOf(error)))
      }),
    close: () => {
      if (closed) return
      closed = true
      fail({ kind: 'aborted', detail: 'the asking was ended' })
      socket.close()
    },
  }
}

const connect = (socket: Socket, { address, port }: Endpoint): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.connect(port, address, (error?: Error) => (error ? reject(error) : resolve()))
  })

const take = (bytes: Buffer, remote: RemoteInfo, pending: Pending, settle: (reply: Reply) => void): void => {
  const { asked, id, startedAt, ignored } = pending
  const ms = performance.now() - startedAt
  if (idOf(bytes) !== id) {
    ignored.add(describeStray(bytes))
    return
  }
  const reading = readReply(bytes, asked)
  if ('ignored' in reading) ignored.add(reading.ignored)
  else if ('malformed' in reading) settle({ kind: 'malformed', detail: `malformed answer: ${reading.malformed}`, ms })
  else
    settle(answered(reading.message, { bytes: bytes.length, ms, from: { address: remote.address, port: remote.port } }))
}
