import { type HttpAnswer, type LostAnswer, readUnixTime } from '../outside/http.ts'
import type { Call } from './call.ts'
import { HcloudError, type HcloudErrorCode, type HcloudErrorOptions, isHcloudErrorCode } from './errors.ts'

type Redact = (text: string) => string

/** What went wrong below HTTP, in our codes. Anything else means that the connection was there and broke. */
const networkCodes: Readonly<Record<string, HcloudErrorCode>> = {
  ECONNREFUSED: 'connection_refused',
  ENOTFOUND: 'host_not_found',
  EAI_AGAIN: 'host_not_found',
  TimeoutError: 'network_timeout',
  ETIMEDOUT: 'network_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'network_timeout',
  UND_ERR_HEADERS_TIMEOUT: 'network_timeout',
  UND_ERR_BODY_TIMEOUT: 'network_timeout',
}

/** The error for an answer that did not come. */
export const connectionError = (call: Call, { code, text, isSent }: LostAnswer, redact: Redact): HcloudError => {
  const ours = networkCodes[code] ?? 'connection_lost'
  return new HcloudError(`${purposeOf(call)}: no answer from the API: ${redact(text)} (${ours})`, {
    code: ours,
    maybeDone: call.method !== 'GET' && isSent,
    hint: 'Check HCLOUD_ENDPOINT and the network between here and there.',
  })
}

/** An answer the API should not have given. Nothing of it is quoted: it can be a proxy's page or echo the token. */
export const malformedAnswer = (call: Call, { status, problem }: { status?: number; problem: string }): HcloudError =>
  new HcloudError(`${purposeOf(call)}: the API's answer ${problem} (malformed_answer)`, {
    code: 'malformed_answer',
    ...(status === undefined ? {} : { status }),
    maybeDone: call.method !== 'GET',
    hint: 'Check that HCLOUD_ENDPOINT is the address of the API and ends in /v1.',
  })

/** The error for an answer with a status outside 200-299; its text is taken only from a JSON body. */
export const refusal = (call: Call, answer: HttpAnswer, redact: Redact): HcloudError => {
  const { status, headers } = answer
  const { code, message, details } = errorBody(answer, redact)
  const correlationId = headers.get('x-correlation-id')
  const reset = readUnixTime(headers, 'ratelimit-reset')
  const identity = [code, correlationId && redact(correlationId)].filter(Boolean).join(', ')
  return new HcloudError(`${purposeOf(call)}: ${message} (${identity})`, {
    code,
    status,
    details,
    maybeDone: call.method !== 'GET' && status >= 500,
    ...(correlationId ? { correlationId: redact(correlationId) } : {}),
    ...(reset === undefined ? {} : { rateLimitReset: reset }),
    ...remedyFor(code, status, details),
  })
}

/** Gateways in front of the API answer for it without JSON. */
const codeOfStatus: Readonly<Record<number, HcloudErrorCode>> = {
  502: 'bad_gateway',
  503: 'unavailable',
  504: 'timeout',
}

interface ErrorBody {
  readonly code: string
  readonly message: string
  readonly details: unknown
}

const errorBody = (answer: HttpAnswer, redact: Redact): ErrorBody => {
  const bare: ErrorBody = {
    code: codeOfStatus[answer.status] ?? 'unexpected_answer',
    message: `server responded with status code ${answer.status}`,
    details: null,
  }
  if (!answer.headers.get('content-type')?.startsWith('application/json')) return bare
  const { code, message, details } = parseError(answer.text, redact)
  if (!code && !message) return bare
  return { code: code || bare.code, message: message || bare.message, details: details ?? null }
}

/** Known codes pass untouched, whatever the token is; every other text from outside is redacted. */
const parseError = (text: string, redact: Redact): Partial<ErrorBody> => {
  try {
    const revive = (_key: string, value: unknown): unknown =>
      typeof value === 'string' && !isHcloudErrorCode(value) ? redact(value) : value
    const { error } = JSON.parse(text, revive)
    const asText = (value: unknown): string => (typeof value === 'string' ? value : '')
    return { code: asText(error.code), message: asText(error.message), details: error.details }
  } catch {
    return {}
  }
}

const remedies: Partial<Readonly<Record<HcloudErrorCode, string>>> = {
  unauthorized: 'Set HCLOUD_TOKEN to an API token of the Project.',
  token_readonly: 'Set HCLOUD_TOKEN to a token with read and write permission.',
  resource_unavailable:
    'Nothing was created. Try again later, or set another server type or location in infra.config.ts.',
  placement_error: 'Nothing was created. Try again later, or set another server type or location in infra.config.ts.',
  placement_group_member_limit_reached: 'A placement group holds 10 servers; delete old ones first.',
  resource_limit_exceeded: 'Delete what is no longer needed, or ask Hetzner to raise the limit of the Project.',
  rate_limit_exceeded: 'Everything that uses this Project shares one limit; run it again later.',
  maintenance: 'The API is in maintenance; run it again later.',
  protected: 'Delete protection is on; switch it off first if this is really meant.',
}

const remedyFor = (code: string, status: number, details: unknown): Partial<HcloudErrorOptions> => {
  const hint = isHcloudErrorCode(code) ? remedies[code] : undefined
  return {
    exitCode: status === 401 ? 2 : 1,
    ...(hint ? { hint } : status === 401 ? { hint: remedies.unauthorized ?? '' } : {}),
    ...(details && code === 'deprecated_api_endpoint' ? { hint: `See ${JSON.stringify(details)}.` } : {}),
  }
}

const purposeOf = ({ purpose, method, path }: Call): string => purpose ?? `${method} ${path}`
