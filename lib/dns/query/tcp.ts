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
import { createDeadline } from './deadline.ts'
import type { Connection } from './udp.ts'

interface Pending {
  readonly asked: PreparedQuestion
  readonly startedAt: number
  readonly timeoutMs: number
  /** What came and was no answer to it, in words. */
  ignored: Set<string> | undefined
  readonly take: (reply: Reply) => void
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
  const waiting: Buffer[] = []
  let ended: Pick<Unanswered, 'kind' | 'detail'> | undefined
  const socket = connect({ host: endpoint.address, port: endpoint.port, noDelay: true })

  const settle = (id: number, { take }: Pending, reply: Reply): void => {
    open.delete(id)
    if (open.size === 0) deadline.clear()
    take(reply)
  }
  const failAll = (failure: Pick<Unanswered, 'kind' | 'detail'>): void => {
    ended ??= failure
    for (const [id, pending] of open) settle(id, pending, { ...ended, ms: performance.now() - pending.startedAt })
    deadline.cancel()
  }
  const expire = (): void => {
    const now = performance.now()
    for (const [id, pending] of open) {
      if (dueOf(pending) > now) continue
      settle(id, pending, { kind: 'timeout', detail: describeSilence(pending), ms: now - pending.startedAt })
    }
    setDeadline()
  }
  const deadline = createDeadline(expire)
  /** For the first that is due, of those that are open. */
  const setDeadline = (): void => {
    const first = Math.min(...[...open.values()].map(dueOf))
    if (open.size > 0) deadline.set(Math.max(0, first - performance.now()))
  }
  const onMessage = (bytes: Buffer): void => {
    const id = idOf(bytes) ?? -1
    const pending = open.get(id)
    if (pending) answer(bytes, id, pending)
    else for (const other of open.values()) ignore(other, describeStray(bytes))
  }
  const answer = (bytes: Buffer, id: number, pending: Pending): void => {
    const ms = performance.now() - pending.startedAt
    const reading = readReply(bytes, pending.asked)
    if ('ignored' in reading) ignore(pending, reading.ignored)
    else if ('malformed' in reading)
      settle(id, pending, { kind: 'malformed', detail: `malformed answer: ${reading.malformed}`, ms })
    else settle(id, pending, answered(reading.message, { bytes: bytes.length, ms, from: endpoint }))
  }

  socket.on('data', createFrameReader(onMessage))
  socket.on('error', (error) => failAll(failureOf(error)))
  socket.on('end', () => failAll({ kind: 'closed', detail: 'TCP connection closed by the server without an answer' }))
  socket.on('close', () => failAll({ kind: 'closed', detail: 'TCP connection closed without an answer' }))

  const write = (bytes: Buffer): void => {
    if (waiting.push(bytes) > 1) return
    process.nextTick(() => {
      const bytes = Buffer.concat(waiting.splice(0))
      if (!socket.destroyed) socket.write(bytes)
    })
  }
  const put: Connection['put'] = (asked, timeoutMs, take) => {
    if (ended) {
      process.nextTick(take, { ...ended, ms: 0 })
      return
    }
    const id = freeId(open)
    const pending = { asked, startedAt: performance.now(), timeoutMs, ignored: undefined, take }
    open.set(id, pending)
    deadline.set(timeoutMs)
    const framed = frame(asked.bytes)
    framed.writeUInt16BE(id, 2)
    write(framed)
  }

  return {
    put,
    ask: (asked, timeoutMs) => new Promise((resolve) => put(asked, timeoutMs, resolve)),
    close: () => {
      failAll({ kind: 'aborted', detail: 'the asking was ended' })
      socket.destroy()
    },
    isClosed: () => ended !== undefined,
  }
}

const dueOf = ({ startedAt, timeoutMs }: Pending): number => startedAt + timeoutMs

const ignore = (pending: Pending, what: string): void => {
  pending.ignored = new Set(pending.ignored).add(what)
}

const describeSilence = ({ timeoutMs, ignored }: Pending): string =>
  `no answer over TCP within ${timeoutMs} ms${describeIgnored(ignored)}`
