import type { Answer, Call, Send } from './call.ts'
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
  const redact = (text: string): string => text.replaceAll(options.token, '[token]')
  return async (call) => {
    const answer = await exchange(call, options).catch((error: unknown) => {
      call.signal?.throwIfAborted()
      options.signal?.throwIfAborted()
      throw connectionError(call, error, redact)
    })
    const date = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(date)) options.onDate?.(date)
    if (answer.status < 200 || answer.status > 299) throw refusal(call, answer, redact)
    return parseAnswer(call, answer)
  }
}

const exchange = async (call: Call, { endpoint, token, timeoutMs, signal }: SendOptions): Promise<Answer> => {
  const signals = [AbortSignal.timeout(timeoutMs), signal, call.signal].filter((each) => each !== undefined)
  const response = await fetch(`${endpoint}${call.path}${queryText(call.query)}`, {
    method: call.method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    // the API never redirects, and a redirect would carry the request somewhere nobody configured
    redirect: 'manual',
    signal: AbortSignal.any(signals),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const queryText = (query: Call['query'] = {}): string => {
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    value === undefined ? [] : [value].flat().map((each): [string, string] => [key, String(each)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`
}

const parseAnswer = (call: Call, { status, text }: Answer): unknown => {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw malformedAnswer(call, { status, problem: 'is not JSON' })
  }
}
