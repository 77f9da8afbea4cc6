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
