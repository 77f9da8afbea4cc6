import { type Clock, systemClock } from '../clock.ts'
import type { Pace } from '../pace.ts'
import { openTcp } from './query/tcp.ts'
import { type Connection, openUdp } from './query/udp.ts'
import { prepareQuestion, type Question } from './wire/question.ts'
import type { Endpoint, Reply } from './wire/reply.ts'

/** One address of one server, asked under that server's name. */
export interface Target extends Endpoint {
  /** `ns1-next`, `lb1` … */
  readonly name: string
}

export interface QueryOptions {
  /** For each question, connecting included. Default 2000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
  /** For the pauses of a conversation. */
  readonly clock?: Clock
  readonly pace?: Pace | undefined
}

const withConnection = async <T>(
  connection: Connection,
  signal: AbortSignal | undefined,
  use: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const abort = (): void => connection.close()
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  try {
    return await use(connection)
  } finally {
    signal?.removeEventListener('abort', abort)
    connection.close()
  }
}

/**
 * Asks one question once, from a fresh socket: UDP connected, with a random port and id. An answer counts only if id,
 * question, source address and port match (RFC 5452 §4). Truncated answers are returned as they came; nothing is retried.
 * @returns what became of it; silence, refusal and garbage are values too.
 * @throws InfraError only for a question that cannot be written (an unknown type).
 */
export const query = async (
  target: Endpoint,
  question: Question,
  { timeoutMs = 2000, signal, pace }: QueryOptions = {},
): Promise<Reply> => {
  const prepared = prepareQuestion(question)
  const { transport, anySource = false } = question
  if (pace) await pace(1, signal)
  const connection = transport === 'tcp' ? openTcp(target) : openUdp(target, { anySource })
  return withConnection(connection, signal, ({ ask }) => ask(prepared, timeoutMs))
}

/**
 * Asks several questions over one TCP connection. Those without `pauseMs` leave together with the one before them, in one
 * write; a pause first waits for the answers so far, then leaves the connection idle.
 * @returns the replies in the order of the questions.
 */
export const converse = async (
  target: Endpoint,
  questions: readonly Question[],
  { timeoutMs = 2000, signal, clock = systemClock, pace }: QueryOptions = {},
): Promise<readonly Reply[]> => {
  if (pace) await pace(questions.length, signal)
  return withConnection(openTcp(target), signal, async ({ ask }) => {
    const replies: Promise<Reply>[] = []
    for (const question of questions) {
      if (question.pauseMs) await Promise.all(replies).then(() => clock.sleep(question.pauseMs ?? 0, signal))
      replies.push(ask(prepareQuestion(question), timeoutMs))
    }
    return Promise.all(replies)
  })
}
