const perDecade = 24
const shortestMs = 0.1
const buckets = 5 * perDecade + 1

/**
 * The longest duration of each bucket of a histogram, in milliseconds: from 0.1 ms to 10 s, each a tenth above the one before. So a
 * quantile is at most a tenth too high, whatever its size.
 */
export const latencyBoundsMs: readonly number[] = Array.from({ length: buckets }, (_, bucket) =>
  Number((shortestMs * 10 ** (bucket / perDecade)).toPrecision(4)),
)

/** How many durations fell into each bucket. Those of two spans of time, added up, are that of both. */
export type Histogram = Uint32Array

export const createHistogram = (): Histogram => new Uint32Array(buckets)

/** @param ms what lasts longer than the last bound counts there. */
export const addDuration = (histogram: Histogram, ms: number): void => {
  const bucket = ms <= shortestMs ? 0 : Math.min(buckets - 1, Math.ceil(Math.log10(ms / shortestMs) * perDecade))
  histogram[bucket] = (histogram[bucket] ?? 0) + 1
}

/** Adds what another one has counted. */
export const addHistogram = (histogram: Histogram, other: Histogram): void => {
  for (const [bucket, count] of other.entries()) histogram[bucket] = (histogram[bucket] ?? 0) + count
}

/** The duration in milliseconds that this share (0 … 1) of all stayed within, at most a tenth too high; undefined where there are none. */
export const quantileOf = (histogram: Histogram, share: number): number | undefined => {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  let seen = 0
  const bucket = histogram.findIndex((count) => {
    seen += count
    return count > 0 && seen >= share * total
  })
  return latencyBoundsMs[bucket]
}
