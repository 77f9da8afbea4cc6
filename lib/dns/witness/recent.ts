import { addDuration, addHistogram, createHistogram, type Histogram, quantileOf } from './histogram.ts'
import type { Ended, Lane } from './timeline.ts'

/** The last minute of a witness, all targets together. */
export interface Recent {
  /** Of all that was answered in it, rightly or not; undefined where nothing was. */
  readonly p50Ms: number | undefined
  readonly p99Ms: number | undefined
  /** The seconds that are over, the latest last; without those before anything was asked. */
  readonly seconds: readonly RecentSecond[]
}

/** Of what was sent within one second. */
interface RecentSecond {
  /** Undefined where nothing was answered. */
  readonly p99Ms: number | undefined
  /** Something was lost, refused or wrong. */
  readonly isBad: boolean
}

interface Second {
  readonly latency: Histogram
  isBad: boolean
}

const keptSeconds = 60

/** Counts the queries of the last minute, by the second in which each was sent. */
export const createRecent = (): Lane & { readonly report: (now: number) => Recent } => {
  const seconds = new Map<number, Second>()
  const open = (second: number): Second => {
    const opened = { latency: createHistogram(), isBad: false }
    seconds.set(second, opened)
    for (const old of seconds.keys()) if (old < second - keptSeconds) seconds.delete(old)
    return opened
  }
  return {
    note: ({ at, reply, fate }: Ended) => {
      const number = Math.floor(at / 1000)
      const second = seconds.get(number) ?? open(number)
      if (fate !== 'answered') second.isBad = true
      if (reply.kind === 'answered') addDuration(second.latency, reply.ms)
    },
    report: (now) => {
      const present = Math.floor(now / 1000)
      const from = Math.max(present - keptSeconds, Math.min(present, ...seconds.keys()))
      const last = Array.from({ length: present - from }, (_, index) => seconds.get(from + index))
      const all = createHistogram()
      for (const second of [...last, seconds.get(present)]) if (second) addHistogram(all, second.latency)
      return {
        p50Ms: quantileOf(all, 0.5),
        p99Ms: quantileOf(all, 0.99),
        seconds: last.map((second) => ({
          p99Ms: second && quantileOf(second.latency, 0.99),
          isBad: second?.isBad === true,
        })),
      }
    },
  }
}
