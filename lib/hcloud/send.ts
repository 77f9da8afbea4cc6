import { createRedaction, exchange, type HttpAnswer, type HttpRequest } from '../outside/http.ts'
import type { Call, Send } from './call.ts'
import { connectionError, malformedAnswer, refusal } from './failure.ts'

export interface SendOptions {
  /** Without a trailing slash. */
  readonly endpoint: string
  readonly token: string
  /** Of one try, until the last byte of the body. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** Told the API's own time, milliseconds since the Unix epoch, as each answer states it (RFC 9110 §6.6.1). */
  readonly onDate?: (at: number) => void
}

/**
 * A `Send` that tries once over `fetch`.
 * @throws HcloudError from the returned function; the reason of an aborted signal as it is.
 */
export const createSend = (options: SendOptions): Send => {
  const redact = createRedaction([options.token], '[token]')
  return async (call) => {
    const result = await exchange(requestOf(call, options))
    if ('lost' in result) throw connectionError(call, result.lost, redact)
    const { answer } = result
    const date = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(date)) options.onDate?.(date)
    if (answer.status < 200 || answer.status > 299) throw refusal(call, answer, redact)
    return parseAnswer(call, answer)
  }
}

const requestOf = (call: Call, { endpoint, token, timeoutMs, signal }: SendOptions): HttpRequest => ({
  method: call.method,
  url: `${endpoint}${call.path}${queryText(call.query)}`,
  headers: { authorization: `Bearer ${token}` },
  body: call.body,
  timeoutMs,
  signals: [call.signal, signal],
})

const queryText = (query: Call['query'] = {}): string => {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [value].flat().map((each): [string, string] => [key, String(each)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

const parseAnswer = (call: Call, { status, text }: HttpAnswer): unknown => {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw malformedAnswer(call, { status, problem: 'is not JSON' })
  }
}
