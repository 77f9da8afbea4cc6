import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import { createFrameReader, frame } from '../wire/framing.ts'
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
import type { Connection } from './udp.ts'

interface Pending {
  readonly asked: PreparedQuestion
  readonly startedAt: number
  readonly deadline: Deadline
  readonly ignored: Set<string>
  readonly resolve: (reply: Reply) => void
}

export interface TcpConnection extends Connection {
  /** True once either side has ended it: open another. */
  isClosed(): boolean
}

type ErrorWithCode = Error & { readonly code?: string }

const failureOf = ({ code, message }: ErrorWithCode): Pick<Unanswered, 'kind' | 'detail'> => {
  if (code === 'ECONNREFUSED') return { kind: 'refused', detail: 'TCP connection refused' }
  if (code === 'ECONNRESET' || code === 'EPIPE') return { kind: 'closed', detail: 'TCP connection reset by the server' }
  return { kind: 'unreachable', detail: `TCP connection failed: ${code ?? message}` }
}

const freeId = (taken: ReadonlyMap<number, unknown>): number => {
  for (;;) {
    const id = randomInt(0x10000)
    if (!taken.has(id)) return id
  }
}

/**
 * Opens one TCP connection for any number of questions. What is asked within one turn of the event loop leaves in one write
 * (pipelining, RFC 7766 §6.2.1.1); answers are matched by id, since they may come in another order (§7).
 */
export const openTcp = (endpoint: Endpoint): TcpConnection => {
  const open = new Map<number, Pending>()
  let ended: Pick<Unanswered, 'kind' | 'detail'> | undefined
  let corked = false
  const socket = connect({ host: endpoint.address, port: endpoint.port, noDelay: true })

  const settle = (id: number, reply: Reply): void => {
    const pending = open.get(id)
    open.delete(id)
    pending?.deadline.cancel()
    pending?.resolve(reply)
  }
  const failAll = (failure: Pick<Unanswered, 'kind' | 'detail'>): void => {
    ended ??= failure
    for (const [id, { startedAt }] of open) settle(id, { ...ended, ms: performance.now() - startedAt })
  }
  const onMessage = (bytes: Buffer): void => {
    const id = idOf(bytes) ?? -1
    const pending = open.get(id)
    if (pending) take(bytes, pending, (reply) => settle(id, reply))
    else for (const { ignored } of open.values()) ignored.add(describeStray(bytes))
  }
  const take = (bytes: Buffer, { asked, startedAt, ignored }: Pending, done: (reply: Reply) => void): void => {
    const ms = performance.now() - startedAt
    const reading = readReply(bytes, asked)
    if ('malformed' in reading) done({ kind: 'malformed', detail: `malformed answer: ${reading.malformed}`, ms })
    else if ('ignored' in reading) ignored.add(reading.ignored)
    else done(answered(reading.message, { bytes: bytes.length, ms, from: endpoint }))
  }

  socket.on('data', createFrameReader(onMessage))
  socket.on('error', (error) => failAll(failureOf(error)))
  socket.on('end', () => failAll({ kind: 'closed', detail: 'TCP connection closed by the server without an answer' }))
  socket.on('close', () => failAll({ kind: 'closed', detail: 'TCP connection closed without an answer' }))

  const write = (bytes: Buffer): void => {
    if (!corked) {
      corked = true
      socket.cork()
      process.nextTick(() => {
        corked = false
        socket.uncork()
      })
    }
    socket.write(bytes)
  }

  return {
    ask: (asked, timeoutMs) =>
      new Promise((resolve) => {
        const startedAt = performance.now()
        if (ended) {
          resolve({ ...ended, ms: 0 })
          return
        }
        const id = freeId(open)
        const ignored = new Set<string>()
        const expire = (): void =>
          settle(id, {
            kind: 'timeout',
            detail: `no answer over TCP within ${timeoutMs} ms${describeIgnored(ignored)}`,
            ms: performance.now() - startedAt,
          })
        open.set(id, { asked, startedAt, deadline: startDeadline(timeoutMs, expire), ignored, resolve })
        const framed = frame(asked.bytes)
        framed.writeUInt16BE(id, 2)
        write(framed)
      }),
    close: () => {
      failAll({ kind: 'aborted', detail: 'the asking was ended' })
      socket.destroy()
    },
    isClosed: () => ended !== undefined,
  }
}
