import type { Clock } from '../clock.ts'
import { retry } from '../outside/retry.ts'
import type { Call, Send } from './call.ts'
import { HcloudError } from './errors.ts'

const maxRetries = 5
const maxBackoffSeconds = 60
/** The limit is one of requests an hour, so no honest answer asks for more. */
const maxRateLimitWaitMs = 3_600_000

const retriedCodes: ReadonlySet<string> = new Set([
  'conflict',
  'rate_limit_exceeded',
  'bad_gateway',
  'timeout',
  'network_timeout',
])

/** Reading changes nothing, so a read may also be repeated where it is unclear how far the first one got. */
const retriedReads: ReadonlySet<string> = new Set(['connection_refused', 'connection_lost'])

/** The policy of hcloud-go 2 and hcloud-python 2, and more for reads. `locked` is not for here: see locked.ts. */
export const isRetried = ({ code, status }: HcloudError, method: Call['method']): boolean =>
  retriedCodes.has(code) || (method === 'GET' && (retriedReads.has(code) || status === 503))

/**
 * Milliseconds before retry `attempt` (from 0): 1 s, then between 1 s and twice as long each time, at most a minute.
 * @param random from 0 to 1
 */
export const backoffMs = (attempt: number, random: number): number => {
  const ceiling = Math.min(maxBackoffSeconds, 2 ** attempt)
  return Math.round(1000 * (1 + random * (ceiling - 1)))
}

/** A rate limit is waited out in full: the Project shares it, and knocking on would only prolong it for all. */
export const waitBeforeRetryMs = (error: HcloudError, backoff: number, now: number): number => {
  if (error.code !== 'rate_limit_exceeded' || error.rateLimitReset === undefined) return backoff
  return Math.min(maxRateLimitWaitMs, Math.max(backoff, error.rateLimitReset * 1000 - now))
}

export interface RetryOptions {
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Told each wait, as a sentence. */
  readonly onWait?: (text: string) => void
}

/** A `Send` that repeats what may be repeated, and remembers on the last error whether an earlier try may have been done. */
export const withRetries =
  (send: Send, { clock, signal, onWait }: RetryOptions): Send =>
  (call) => {
    const stop = [signal, call.signal].filter((each) => each !== undefined)
    return retry(() => send(call), {
      retries: maxRetries,
      isRetried: (error): error is HcloudError => error instanceof HcloudError && isRetried(error, call.method),
      wait: async (error, attempt) => {
        const waitMs = waitBeforeRetryMs(error, backoffMs(attempt, Math.random()), clock.now())
        onWait?.(`${error.message}; trying again in ${Math.ceil(waitMs / 1000)} s`)
        await clock.sleep(waitMs, stop.length === 0 ? undefined : AbortSignal.any(stop))
      },
    })
  }
