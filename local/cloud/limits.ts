import type { Clock } from '../../lib/clock.ts'

export interface RateLimit {
  /** Counts a request; the headers of its answer, and whether it is one too many. */
  take(): {
    readonly headers: Readonly<Record<`RateLimit-${'Limit' | 'Remaining' | 'Reset'}`, string>>
    readonly isExceeded: boolean
  }
}

/** What a project has unless it asked for more. */
export const usualRequestsPerHour = 3600

/** A bucket that holds an hour's requests and is refilled steadily. https://docs.hetzner.cloud/reference/cloud#description/rate-limiting */
export const createRateLimit = (perHour: number, clock: Clock): RateLimit => {
  let left = perHour
  let at = clock.now()
  return {
    take: () => {
      const now = clock.now()
      left = Math.min(perHour, left + ((now - at) / 3_600_000) * perHour)
      at = now
      const isExceeded = left < 1
      if (!isExceeded) left -= 1
      const secondsToFull = ((perHour - left) / perHour) * 3600
      return {
        isExceeded,
        headers: {
          'RateLimit-Limit': String(perHour),
          'RateLimit-Remaining': String(Math.floor(left)),
          'RateLimit-Reset': String(Math.ceil(now / 1000 + secondsToFull)),
        },
      }
    },
  }
}
