import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import { type RefusalKind, RegistrarError } from './errors.ts'

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below the endpoint. */
  readonly path: string
  /** Sent as JSON, and never quoted: it may hold the credentials. */
  readonly body?: object
  /** What an error says was being done: `set the glue of ns1.example.test`. */
  readonly purpose: string
  /** Done twice, it does no more than once. */
  readonly isRepeatable: boolean
  /** It changes nothing, whatever its method; so does every GET. */
  readonly isRead?: boolean
}

export interface Answer {
  readonly status: number
  /** Undefined when it is no JSON. */
  readonly body: unknown
}

/** How a registrar says no. */
export interface Refusal {
  readonly kind: RefusalKind
  /** Its own words. */
  readonly words?: string | undefined
  readonly code?: string | undefined
  readonly hint: string
  /** When it may be asked again. */
  readonly retryAfterSeconds?: number | undefined
}

export interface RequestOptions {
  /** As a sentence names it: `Porkbun`. */
  readonly registrar: string
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** What must not appear in any text. */
  readonly secrets: readonly string[]
  /** Undefined when the answer is none. */
  readonly refusalOf: (answer: Answer) => Refusal | undefined
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  /** Of one try, until the last byte. Default 30,000. */
  readonly timeoutMs?: number
}

/** One request, whatever it takes. */
export type Send = <S extends z.ZodType>(call: Call, schema: S) => Promise<z.output<S>>

interface Failure extends Refusal {
  readonly status?: number
  readonly isSent: boolean
}

const retries = 4
/** A registrar that wants more patience than this is told of, and not waited for. */
const longestWaitSeconds = 300
const retriedKinds: ReadonlySet<RefusalKind> = new Set(['rate-limit', 'unavailable', 'no-answer'])
const neverSent: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])

/**
 * A `Send` over `fetch` that repeats what may be repeated: after 429 (it was not done) always, after 5xx and lost
 * answers where the call says so or was never sent. Answers are checked against a schema.
 * @throws RegistrarError from the returned function; the reason of an aborted signal as it is.
 */
export const createSend = (options: RequestOptions): Send => {
  const { clock, signal } = options
  const redact = (text: string): string =>
    options.secrets.reduce((clean, secret) => clean.replaceAll(secret, '[secret]'), text)
  return async (call, schema) => {
    for (let attempt = 0; ; attempt++) {
      const result = await exchange(call, options)
      signal?.throwIfAborted()
      if ('answer' in result) return parse(call, schema, result.answer, { ...options, redact })
      const { failure } = result
      const waitSeconds = failure.retryAfterSeconds ?? 2 ** attempt
      if (attempt === retries || waitSeconds > longestWaitSeconds || !isRetried(failure, call)) {
        throw errorOf(call, failure, { ...options, redact })
      }
      await clock.sleep(waitSeconds * 1000, signal)
    }
  }
}

const isRetried = ({ kind, isSent }: Failure, { isRepeatable }: Call): boolean =>
  retriedKinds.has(kind) && (isRepeatable || !isSent || kind === 'rate-limit')

type Result = { readonly answer: Answer } | { readonly failure: Failure }

const exchange = async (call: Call, options: RequestOptions): Promise<Result> => {
  const { endpoint, headers, signal, timeoutMs = 30_000 } = options
  const signals = [AbortSignal.timeout(timeoutMs), signal].filter((each) => each !== undefined)
  try {
    const response = await fetch(`${endpoint}${call.path}`, {
      method: call.method,
      headers: { accept: 'application/json', ...(call.body ? { 'content-type': 'application/json' } : {}), ...headers },
      body: call.body ? JSON.stringify(call.body) : null,
      // a redirect would carry the credentials somewhere nobody configured
      redirect: 'manual',
      signal: AbortSignal.any(signals),
    })
    return judge(response, await response.text(), options)
  } catch (error) {
    const { code, text } = innermost(error)
    const hint =
      'Look whether it can be reached from here, then run this again: what is done already is not done again.'
    return { failure: { kind: 'no-answer', words: text, code, hint, isSent: !neverSent.has(code) } }
  }
}

const innermost = (error: unknown): { code: string; text: string } => {
  if (!(error instanceof Error)) return { code: '', text: String(error) }
  if (error.cause instanceof Error) return innermost(error.cause)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return { code, text: error.message || code }
}

const judge = ({ status, headers }: Response, text: string, { refusalOf, clock }: RequestOptions): Result => {
  const answer = { status, body: parseJson(text) }
  const refusal = refusalOf(answer) ?? (status >= 200 && status <= 299 ? undefined : plainRefusal(status))
  if (!refusal) return { answer }
  const retryAfterSeconds = refusal.retryAfterSeconds ?? retryAfterOf(headers, clock.now())
  const wait = refusal.kind === 'rate-limit' ? { retryAfterSeconds } : {}
  return { failure: { ...refusal, ...wait, status, isSent: true } }
}

const plainRefusal = (status: number): Refusal => {
  const hint = 'Run this again later: what is done already is not done again.'
  if (status === 429) return { kind: 'rate-limit', hint }
  if (status >= 500) return { kind: 'unavailable', hint }
  return { kind: 'refused', hint: 'Look whether REGISTRAR_ENDPOINT is the address of its API.' }
}

/** Retry-After in seconds (RFC 9110 §10.2.3), or the moment of X-RateLimit-Reset in Unix seconds. */
const retryAfterOf = (headers: Headers, now: number): number | undefined => {
  const after = headers.get('retry-after')
  if (after !== null && /^\d+$/.test(after)) return Number(after)
  const reset = Number(headers.get('x-ratelimit-reset'))
  return reset > 0 ? Math.max(1, Math.ceil(reset - now / 1000)) : undefined
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRead = (call: Call): boolean => call.isRead ?? call.method === 'GET'

type Teller = Pick<RequestOptions, 'registrar'> & { readonly redact: (text: string) => string }

const parse = <S extends z.ZodType>(
  call: Call,
  schema: S,
  { status, body }: Answer,
  { registrar, redact }: Teller,
): z.output<S> => {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`)
  const what = `The answer of ${registrar} when asked to ${call.purpose} is not as documented`
  throw new RegistrarError(redact(`${what} (HTTP ${status}): ${faults.slice(0, 3).join('; ')}`), {
    kind: 'malformed',
    maybeDone: !isRead(call),
    hint: 'Look whether REGISTRAR_ENDPOINT is the address of its API; otherwise its API has changed: set REGISTRAR=manual.',
  })
}

const errorOf = (call: Call, failure: Failure, { registrar, redact }: Teller): RegistrarError => {
  const { kind, words = 'no explanation', code, status, hint, isSent, retryAfterSeconds } = failure
  const identity = [...(status === undefined ? [] : [`HTTP ${status}`]), ...(code ? [code.slice(0, 100)] : [])].join(
    ', ',
  )
  const how =
    kind === 'no-answer' ? 'did not answer when asked to' : kind === 'unavailable' ? 'failed to' : 'refused to'
  const said = redact(words.replace(/\s+/g, ' ').slice(0, 300))
  const later = retryAfterSeconds === undefined ? '' : ` It may be asked again in ${retryAfterSeconds} s.`
  return new RegistrarError(redact(`${registrar} ${how} ${call.purpose}: ${said}${identity ? ` (${identity})` : ''}`), {
    kind,
    hint: `${hint}${later}`,
    exitCode: kind === 'credentials' ? 2 : 1,
    maybeDone: !isRead(call) && isSent && (kind === 'no-answer' || kind === 'unavailable'),
  })
}
