import type { Clock } from '../../clock.ts'
import type { Pace } from '../../pace.ts'
import { openTcp, type TcpConnection } from '../query/tcp.ts'
import { type Connection, openUdp } from '../query/udp.ts'
import { converse, query, type Target } from '../query.ts'
import { prepareQuestion } from '../wire/question.ts'
import type { Reply } from '../wire/reply.ts'
import type { Check } from './check.ts'

export interface LaneOptions {
  readonly concurrency: number
  readonly tries: number
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  readonly pace: Pace | undefined
}

/** The questions of one transport to one address; their sockets are opened when needed and reused. */
export interface Lane {
  /** Asks up to `tries` times until answers to all questions of the check have come. */
  ask(check: Check, worker: number): Promise<Asked>
  close(): void
}

export interface Asked {
  readonly replies: readonly Reply[]
  readonly tries: number
}

/** Refusals come at once; three of them in a row within a millisecond would be one. */
const afterRefusalMs = 100

const isSettled = (reply: Reply, check: Check): boolean =>
  reply.kind === 'answered' || (reply.kind === 'closed' && check.mayClose)

export const openLane = (target: Target, options: LaneOptions): Lane => {
  const { tries, timeoutMs, clock, signal, pace } = options
  const sockets = createSockets(target)

  const askOnce = async (check: Check, worker: number): Promise<readonly Reply[]> => {
    if (check.questions.length > 1) return converse(target, check.questions, options)
    if (check.ownSocket) return [await query(target, check.questions[0], options)]
    if (pace) await pace(1, signal)
    const connection = check.transport === 'udp' ? sockets.udp(worker) : sockets.tcp()
    const reply = await connection.ask(prepareQuestion(check.questions[0]), timeoutMs)
    // A late answer must not meet the next question, and a new port is a new flow through an lb.
    if (reply.kind !== 'answered' && check.transport === 'udp') sockets.dropUdp(worker)
    return [reply]
  }

  return {
    ask: async (check, worker) => {
      for (let attempt = 1; ; attempt++) {
        signal?.throwIfAborted()
        const replies = await askOnce(check, worker)
        signal?.throwIfAborted()
        const open = replies.find((reply) => !isSettled(reply, check))
        if (!open || attempt === tries) return { replies, tries: attempt }
        if (open.kind !== 'timeout') await clock.sleep(afterRefusalMs, signal)
      }
    },
    close: sockets.close,
  }
}

const createSockets = (target: Target) => {
  const udp = new Map<number, Connection>()
  let tcp: TcpConnection | undefined
  return {
    /** One question at a time per worker, so one socket each. */
    udp: (worker: number): Connection => {
      const socket = udp.get(worker) ?? openUdp(target)
      udp.set(worker, socket)
      return socket
    },
    dropUdp: (worker: number): void => {
      udp.get(worker)?.close()
      udp.delete(worker)
    },
    /** All workers share one connection: their questions travel together. */
    tcp: (): TcpConnection => {
      if (!tcp || tcp.isClosed()) tcp = openTcp(target)
      return tcp
    },
    close: (): void => {
      for (const socket of udp.values()) socket.close()
      tcp?.close()
    },
  }
}
