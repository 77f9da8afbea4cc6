import type { Clock } from '../clock.ts'
import { InfraError } from '../errors.ts'
import { exchange } from '../outside/http.ts'
import { retry } from '../outside/retry.ts'
import { lookTeller } from './look-teller.ts'
import { isMeasured, type Teller } from './teller.ts'
import { requireUrl } from './url.ts'

export interface HeartbeatOptions {
  /** Often a secret by itself, so errors do not name it. */
  readonly url: string
  readonly clock: Clock
}

const timeoutMs = 15_000
const tryMs = 4_000
const pausesMs = [500, 2000] as const
/** Less than a minute, or a look each minute would be left out when it begins a millisecond early. */
const betweenMs = 59_000

/**
 * Asks for a URL after each look that could measure, at most once a minute: a dead man's switch such as https://healthchecks.io/docs/http_api/,
 * which tells people when nobody asks any more. What was found does not matter, since that is told by others.
 * @throws InfraError (exit code 2) for what is no URL.
 */
export const createHeartbeat = (options: HeartbeatOptions): Teller => {
  requireUrl('heartbeat', options.url)
  let last = Number.NEGATIVE_INFINITY
  return lookTeller({
    name: 'heartbeat',
    timeoutMs,
    looked: async (look, { signal }) => {
      if (!isMeasured(look) || look.at - last < betweenMs) return
      await retry(() => beat(options.url, signal), {
        retries: pausesMs.length,
        isRetried: (error): error is BeatError => error instanceof BeatError,
        wait: (_error, attempt) => options.clock.sleep(pausesMs[attempt] ?? 0, signal),
      })
      last = look.at
    },
  })
}

class BeatError extends InfraError {}

const beat = async (url: string, signal: AbortSignal): Promise<void> => {
  const result = await exchange({ method: 'GET', url, headers: {}, timeoutMs: tryMs, signals: [signal] })
  if ('lost' in result) throw new BeatError(`no answer: ${result.lost.text}`)
  const { status } = result.answer
  if (status < 200 || status > 299) throw new BeatError(`answered ${status}`)
}
