export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as JSON; undefined for none. */
  readonly body?: unknown
  /** Until the last byte of the answer. */
  readonly timeoutMs: number
  /** Any of them ends it. */
  readonly signals: readonly (AbortSignal | undefined)[]
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What went wrong below HTTP. Not for a `cause`: the other side's bytes in there could echo a secret. */
export interface LostAnswer {
  /** As Node, undici or the DOM call it: `ECONNREFUSED`, `UND_ERR_SOCKET`, `TimeoutError`; empty without one. */
  readonly code: string
  readonly text: string
  /** The request may have arrived. */
  readonly isSent: boolean
}

/**
 * One request over `fetch`, once.
 * @throws the reason of an aborted signal, as it is.
 */
export const exchange = async (
  request: HttpRequest,
): Promise<{ readonly answer: HttpAnswer } | { readonly lost: LostAnswer }> => {
  const signals = request.signals.filter((each) => each !== undefined)
  const limit = startLimit(request.timeoutMs)
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      // a redirect would carry the request, and its secrets, somewhere nobody configured
      redirect: 'manual',
      signal: AbortSignal.any([limit.signal, ...signals]),
    })
    return { answer: { status: response.status, headers: response.headers, text: await response.text() } }
  } catch (error) {
    for (const signal of signals) signal.throwIfAborted()
    const innermost = findInnermost(error)
    return { lost: { ...innermost, isSent: !neverSent.has(innermost.code) } }
  } finally {
    limit.drop()
  }
}

/** An `AbortSignal.timeout` that only `AbortSignal.any` knows is taken for garbage by Node 20, and never fires: then nothing ends. */
const startLimit = (timeoutMs: number): { readonly signal: AbortSignal; readonly drop: () => void } => {
  const controller = new AbortController()
  const late = new DOMException(`no answer within ${timeoutMs / 1000} s`, 'TimeoutError')
  const timer = setTimeout(() => controller.abort(late), timeoutMs)
  return { signal: controller.signal, drop: () => clearTimeout(timer) }
}

/** There was no connection that it could have been sent over. */
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

const findInnermost = (error: unknown): { code: string; text: string } => {
  if (!(error instanceof Error)) return { code: '', text: String(error) }
  if (error.cause instanceof Error) return findInnermost(error.cause)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return { code, text: error.message || code }
}

/** Takes secrets out of texts; longer ones first, of which another may be the beginning. */
export const createRedaction = (secrets: readonly string[], mark: string): ((text: string) => string) => {
  const ordered = [...secrets].sort((a, b) => b.length - a.length)
  return (text) => ordered.reduce((clean, secret) => clean.replaceAll(secret, mark), text)
}

/**
 * Retry-After in seconds from now (RFC 9110 §10.2.3: seconds or a date).
 * @param now milliseconds since the Unix epoch.
 */
export const readRetryAfter = (headers: Headers, now: number): number | undefined => {
  const text = headers.get('retry-after') ?? ''
  if (/^\d+$/.test(text)) return Number(text)
  const at = /^[A-Z]/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000))
}

/** A header that holds a moment in Unix seconds. */
export const readUnixTime = (headers: Headers, name: string): number | undefined => {
  const seconds = Number(headers.get(name))
  return seconds > 0 ? seconds : undefined
}
