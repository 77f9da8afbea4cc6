import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import { createRedaction, exchange, type HttpAnswer, readRetryAfter, readUnixTime } from '../outside/http.ts'
import { retry } from '../outside/retry.ts'
import { type RefusalKind, RegistrarError } from './errors.ts'

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
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

/**
 * A `Send` over `fetch` that repeats what may be repeated: after 429 (it was not done) always, after 5xx and lost
 * answers where the call says so or was never sent. Answers are checked against a schema.
 * @throws RegistrarError from the returned function; the reason of an aborted signal as it is.
 */
export const createSend = (options: RequestOptions): Send => {
  const { clock, signal } = options
  const teller = { ...options, redact: createRedaction(options.secrets, '[secret]') }
  return (call, schema) =>
    retry(
      async () => {
        const result = await ask(call, options)
        if ('failure' in result) throw errorOf(call, result.failure, teller)
        return parse(call, schema, result.answer, teller)
      },
      {
        retries,
        isRetried: (error): error is RegistrarError => error instanceof RegistrarError && isRetried(error, call),
        wait: (error, attempt) => clock.sleep(1000 * (error.retryAfterSeconds ?? 2 ** attempt), signal),
      },
    )
}

const isRetried = ({ kind, maybeDone, retryAfterSeconds = 0 }: RegistrarError, { isRepeatable }: Call): boolean =>
  retriedKinds.has(kind) && (isRepeatable || !maybeDone) && retryAfterSeconds <= longestWaitSeconds

type Result = { readonly answer: Answer } | { readonly failure: Failure }

const ask = async (call: Call, options: RequestOptions): Promise<Result> => {
  const { endpoint, headers, signal, timeoutMs = 30_000 } = options
  const { method, path, body } = call
  const result = await exchange({ method, url: `${endpoint}${path}`, headers, body, timeoutMs, signals: [signal] })
  if ('answer' in result) return judge(result.answer, options)
  const { code, text, isSent } = result.lost
  const hint = 'Look whether it can be reached from here, then run this again: what is done already is not done again.'
  return { failure: { kind: 'no-answer', words: text, code, hint, isSent } }
}

const judge = ({ status, headers, text }: HttpAnswer, { refusalOf, clock }: RequestOptions): Result => {
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

/** Retry-After, or the moment of X-RateLimit-Reset. */
const retryAfterOf = (headers: Headers, now: number): number | undefined => {
  const reset = readUnixTime(headers, 'x-ratelimit-reset')
  return readRetryAfter(headers, now) ?? (reset && Math.max(1, Math.ceil(reset - now / 1000)))
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
    retryAfterSeconds,
    maybeDone: !isRead(call) && isSent && (kind === 'no-answer' || kind === 'unavailable'),
  })
}
