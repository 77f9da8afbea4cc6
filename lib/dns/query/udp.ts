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
import { createDeadline } from './deadline.ts'

/** A way to put questions to one address. */
export interface Connection {
  /** Always resolves. A UDP socket takes one question at a time, a TCP connection many. */
  ask(asked: PreparedQuestion, timeoutMs: number): Promise<Reply>
  /** The same without a promise, for whoever asks tens of thousands. `take` is called once, and never before this returns. */
  put(asked: PreparedQuestion, timeoutMs: number, take: (reply: Reply) => void): void
  /** Questions still open resolve as `aborted`. */
  close(): void
}

interface Pending {
  readonly asked: PreparedQuestion
  readonly id: number
  readonly startedAt: number
  readonly timeoutMs: number
  /** What came and was no answer to it, in words. */
  ignored: Set<string> | undefined
  readonly take: (reply: Reply) => void
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
  let isReady = false
  let closed = false

  const settle = (reply: Reply): void => {
    const settled = pending
    pending = undefined
    deadline.clear()
    settled?.take(reply)
  }
  const fail = (failure: Pick<Unanswered, 'kind' | 'detail'>): void => {
    if (pending) settle({ ...failure, ms: performance.now() - pending.startedAt })
  }
  const deadline = createDeadline(() => {
    if (pending) fail({ kind: 'timeout', detail: describeSilence(pending) })
  })

  socket.on('message', (bytes, remote) => {
    if (pending) take(bytes, remote, pending, settle)
  })
  socket.on('error', (error) => fail(failureOf(error)))

  const failed = (error: Error | null): void => {
    if (error) fail(failureOf(error))
  }
  const send = (bytes: Buffer): void => {
    if (closed) return
    if (anySource) socket.send(bytes, endpoint.port, endpoint.address, failed)
    else socket.send(bytes, failed)
  }
  const ready = (anySource ? Promise.resolve() : connect(socket, endpoint)).then(() => {
    isReady = true
  })

  const put: Connection['put'] = (asked, timeoutMs, whenTold) => {
    const id = randomInt(0x10000)
    pending = { asked, id, startedAt: performance.now(), timeoutMs, ignored: undefined, take: whenTold }
    if (closed) {
      process.nextTick(fail, { kind: 'aborted', detail: 'not asked: the socket is closed' })
      return
    }
    deadline.set(timeoutMs)
    if (isReady) send(withId(asked.bytes, id))
    else ready.then(() => send(withId(asked.bytes, id))).catch(failed)
  }
  return {
    put,
    ask: (asked, timeoutMs) => new Promise((resolve) => put(asked, timeoutMs, resolve)),
    close: () => {
      if (closed) return
      closed = true
      fail({ kind: 'aborted', detail: 'the asking was ended' })
      deadline.cancel()
      socket.close()
    },
  }
}

const describeSilence = ({ timeoutMs, ignored }: Pending): string =>
  `no answer within ${timeoutMs} ms${describeIgnored(ignored)}`

const connect = (socket: Socket, { address, port }: Endpoint): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.connect(port, address, (error?: Error) => (error ? reject(error) : resolve()))
  })

const take = (bytes: Buffer, remote: RemoteInfo, pending: Pending, settle: (reply: Reply) => void): void => {
  const { asked, id, startedAt } = pending
  const ms = performance.now() - startedAt
  const reading = idOf(bytes) === id ? readReply(bytes, asked) : { ignored: describeStray(bytes) }
  if ('ignored' in reading) pending.ignored = new Set(pending.ignored).add(reading.ignored)
  else if ('malformed' in reading) settle({ kind: 'malformed', detail: `malformed answer: ${reading.malformed}`, ms })
  else
    settle(answered(reading.message, { bytes: bytes.length, ms, from: { address: remote.address, port: remote.port } }))
}
