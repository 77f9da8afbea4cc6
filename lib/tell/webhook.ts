import { createHash, createHmac } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { InfraError } from '../errors.ts'
import { exchange } from '../outside/http.ts'
import { retry } from '../outside/retry.ts'
import { incidentJson } from '../watch/describe.ts'
import type { Incident } from '../watch/incidents.ts'
import type { Teller, TellOptions } from './teller.ts'
import { requireUrl } from './url.ts'

export interface WebhookOptions {
  readonly url: string
  /** Key of the signature; `whsec_` before base64, or any text. Unsigned without. */
  readonly secret: string | undefined
  readonly clock: Clock
}

const timeoutMs = 15_000
const tryMs = 5_000
const pausesMs = [500, 2000] as const

/**
 * Posts each incident that opens, changes or closes as JSON, with the headers of Standard Webhooks 1.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): `webhook-id`, the same for each try,
 * `webhook-timestamp` and, with a secret, `webhook-signature`.
 * @throws InfraError (exit code 2) for what is no URL.
 */
export const createWebhook = (options: WebhookOptions): Teller => {
  requireUrl('webhook', options.url)
  const post = (type: string, incident: Incident, { at, signal }: TellOptions): Promise<void> => {
    const timestamp = new Date(at).toISOString()
    const body = { type: `incident.${type}`, timestamp, data: incidentJson(incident) }
    return send(options, { id: idOf(type, incident, timestamp), body, signal })
  }
  return {
    name: 'webhook',
    timeoutMs,
    opened: (incident, told) => post('opened', incident, told),
    changed: (incident, told) => post('changed', incident, told),
    closed: (incident, told) => post('closed', incident, told),
    looked: async () => undefined,
  }
}

/** Of what happened, so that a receiver sees that it has it already. */
const idOf = (type: string, { key }: Incident, timestamp: string): string =>
  `msg_${createHash('sha256').update([type, key, timestamp].join('\n')).digest('hex').slice(0, 32)}`

interface Message {
  readonly id: string
  readonly body: object
  readonly signal: AbortSignal
}

const send = (options: WebhookOptions, message: Message): Promise<void> =>
  retry(() => sendOnce(options, message), {
    retries: pausesMs.length,
    isRetried: (error): error is WebhookError => error instanceof WebhookError && error.isPassing,
    wait: (_error, attempt) => options.clock.sleep(pausesMs[attempt] ?? 0, message.signal),
  })

const sendOnce = async ({ url, secret, clock }: WebhookOptions, { id, body, signal }: Message): Promise<void> => {
  const timestamp = String(Math.floor(clock.now() / 1000))
  const signed = `${id}.${timestamp}.${JSON.stringify(body)}`
  const signature = secret === undefined ? {} : { 'webhook-signature': `v1,${sign(secret, signed)}` }
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, ...signature }
  const result = await exchange({ method: 'POST', url, headers, body, timeoutMs: tryMs, signals: [signal] })
  if ('lost' in result) throw new WebhookError(`no answer: ${result.lost.text}`, { isPassing: true })
  const { status } = result.answer
  if (status >= 200 && status < 300) return
  throw new WebhookError(`answered ${status}`, { isPassing: status === 429 || status >= 500 })
}

class WebhookError extends InfraError {
  /** Another try may be lucky. */
  readonly isPassing: boolean

  constructor(message: string, { isPassing }: { readonly isPassing: boolean }) {
    super(message)
    this.isPassing = isPassing
  }
}

const sign = (secret: string, text: string): string => {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  return createHmac('sha256', key).update(text).digest('base64')
}
