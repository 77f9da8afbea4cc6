import type { Pace } from '../../pace.ts'
import { query } from '../query.ts'
import type { Question } from '../wire/question.ts'
import type { Endpoint, Reply } from '../wire/reply.ts'

export interface AskOptions {
  /** For each question. Default 2000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
  readonly pace?: Pace | undefined
}

type Asked = Pick<Question, 'name' | 'type'>

const tries = 3

/**
 * Asks once, without recursion, with EDNS 1232; over TCP where the answer was truncated.
 * @throws the signal's reason once it is aborted.
 */
export const askOnce = async (server: Endpoint, asked: Asked, options: AskOptions = {}): Promise<Reply> => {
  const reply = await query(server, { ...asked, transport: 'udp' }, options)
  const isTruncated = reply.kind === 'answered' && reply.tc
  const whole = isTruncated ? await query(server, { ...asked, transport: 'tcp' }, options) : reply
  options.signal?.throwIfAborted()
  return whole
}

/** The same, up to three times while nothing comes: a lost packet is no silent server. */
export const askPatiently = async (server: Endpoint, asked: Asked, options: AskOptions = {}): Promise<Reply> => {
  for (let attempt = 1; ; attempt++) {
    const reply = await askOnce(server, asked, options)
    if (reply.kind !== 'timeout' || attempt === tries) return reply
  }
}
