import { createLimit } from '../../bounded.ts'
import type { Clock } from '../../clock.ts'
import type { Pace } from '../../pace.ts'
import { openTcp, type TcpConnection } from '../query/tcp.ts'
import { type Connection, openUdp } from '../query/udp.ts'
import { converse, query, type Target } from '../query.ts'
import { prepareQuestion } from '../wire/question.ts'
import type { Reply } from '../wire/reply.ts'
import type { Check } from './check.ts'

export interface LaneOptions {
  readonly tries: number
  readonly timeoutMs: number
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  readonly pace: Pace | undefined
}

/** The questions of one transport to one address; their sockets are opened when needed and reused. */
export interface Lane {
  /** Asks up to `tries` times until answers to all questions of the check have come. Rejects with the signal's reason when aborted. */
  ask(check: Check, worker: number): Promise<Asked>
  /** The same without a promise where the first try is answered, as nearly all are. One of the two is called, once, and later. */
  put(check: Check, worker: number, told: Told): void
  close(): void
}

interface Told {
  readonly take: (asked: Asked) => void
  readonly fail: (error: unknown) => void
}

export interface Asked {
  readonly replies: readonly Reply[]
  readonly tries: number
}

/** Refusals come at once; three of them in a row within a millisecond would be one. */
const afterRefusalMs = 100

/** A server that ends a connection after so many questions would end the next one too, if all that it left open came again at once. */
const againAtOnce = 32

const isSettled = (reply: Reply, check: Check): boolean =>
  reply.kind === 'answered' || (reply.kind === 'closed' && check.mayClose)

export const openLane = (target: Target, options: LaneOptions): Lane => {
  const { tries, timeoutMs, clock, signal, pace } = options
  const sockets = createSockets(target)
  const inTurn = createLimit(againAtOnce)

  const connectionFor = ({ transport }: Check, worker: number): Connection =>
    transport === 'udp' ? sockets.udp(worker) : sockets.tcp()
  // A late answer must not meet the next question, and a new port is a new flow through an lb.
  const leaveUnlessAnswered = ({ kind }: Reply, { transport }: Check, worker: number): void => {
    if (kind !== 'answered' && transport === 'udp') sockets.dropUdp(worker)
  }

  const askAlone = async ({ questions }: Check): Promise<readonly Reply[]> =>
    questions.length > 1 ? converse(target, questions, options) : [await query(target, questions[0], options)]
  const askOnce = async (check: Check, worker: number): Promise<readonly Reply[]> => {
    if (check.ownSocket || check.questions.length > 1) return askAlone(check)
    if (pace) await pace(1, signal)
    const reply = await connectionFor(check, worker).ask(prepareQuestion(check.questions[0]), timeoutMs)
    leaveUnlessAnswered(reply, check, worker)
    return [reply]
  }
  const askAgain = async (check: Check, worker: number, first: readonly Reply[]): Promise<Asked> => {
    let replies = first
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted()
      const open = replies.find((reply) => !isSettled(reply, check))
      if (!open || attempt === tries) return { replies, tries: attempt }
      if (open.kind !== 'timeout') await clock.sleep(afterRefusalMs, signal)
      // a server that ended the connection may have done so because of another question
      replies = await (attempt + 1 === tries ? askAlone(check) : askOnce(check, worker))
    }
  }
  const ask = async (check: Check, worker: number): Promise<Asked> => {
    signal?.throwIfAborted()
    return askAgain(check, worker, await askOnce(check, worker))
  }

  const put: Lane['put'] = (check, worker, { take, fail }) => {
    if (pace || signal?.aborted || check.ownSocket || check.questions.length > 1) {
      ask(check, worker).then(take, fail)
      return
    }
    connectionFor(check, worker).put(prepareQuestion(check.questions[0]), timeoutMs, (reply) => {
      leaveUnlessAnswered(reply, check, worker)
      if (reply.kind === 'answered') take({ replies: [reply], tries: 1 })
      else inTurn(() => askAgain(check, worker, [reply])).then(take, fail)
    })
  }
  return { ask, put, close: sockets.close }
}

const createSockets = (target: Target) => {
  const udp = new Map<number, Connection>()
  let tcp: TcpConnection | undefined
  let isClosed = false
  // who asks again after a pause may come when all is over, and nobody would close what was opened then
  const requireOpen = (): void => {
    if (isClosed) throw new Error('the asking was ended')
  }
  return {
    /** One question at a time per worker, so one socket each. */
    udp: (worker: number): Connection => {
      requireOpen()
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
      requireOpen()
      if (!tcp || tcp.isClosed()) tcp = openTcp(target)
      return tcp
    },
    close: (): void => {
      isClosed = true
      for (const socket of udp.values()) socket.close()
      tcp?.close()
    },
  }
}
