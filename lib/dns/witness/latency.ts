const bucketsPerMs = 10
const buckets = 5000 * bucketsPerMs

/** Counts durations in steps of 0.1 ms up to 5 s, so that a run of any length takes the same memory. */
export interface Latency {
  add(ms: number): void
  addAll(other: Latency): void
  /** The duration that this share (0 … 1) of all stayed within; 0 when there are none. */
  quantile(share: number): number
  max(): number
  /** How many fell into each step: [step, count]. */
  entries(): Iterable<readonly [number, number]>
}

export const createLatency = (): Latency => {
  const counts = new Map<number, number>()
  let total = 0
  let longest = 0
  const put = (bucket: number, count: number): void => {
    counts.set(bucket, (counts.get(bucket) ?? 0) + count)
    total += count
  }
  return {
    add: (ms) => {
      put(Math.min(buckets, Math.floor(ms * bucketsPerMs)), 1)
      longest = Math.max(longest, ms)
    },
    addAll: (other) => {
      for (const [bucket, count] of other.entries()) put(bucket, count)
      longest = Math.max(longest, other.max())
    },
    quantile: (share) => {
      let seen = 0
      for (const [bucket, count] of [...counts].sort(([a], [b]) => a - b)) {
        seen += count
        if (seen >= share * total) return Math.min((bucket + 1) / bucketsPerMs, longest)
      }
      return 0
    },
    max: () => longest,
    entries: () => counts.entries(),
  }
}
