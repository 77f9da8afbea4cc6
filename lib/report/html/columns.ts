import type { Answerer, TimeBin, Timeline } from '../../dns/witness/timeline.ts'

/** Some bins of a lane as one, drawn side by side with others. */
export interface Column {
  /** Seconds since the run began. */
  readonly from: number
  readonly to: number
  readonly asked: number
  /** Lost, refused or wrong. */
  readonly failed: number
  /** Milliseconds; undefined when nothing was answered. */
  readonly p50Ms: number | undefined
  readonly p99Ms: number | undefined
  readonly answeredBy: readonly Answerer[]
}

interface Frame {
  /** Milliseconds since the Unix epoch. */
  readonly startedAtUnixMs: number
  /** No more columns than this, and one that is begun. */
  readonly most: number
}

/**
 * The bins of a lane as columns of equal width. Histograms are added up, so that a quantile of a column is that of all that was asked in
 * it. Pure.
 */
export const columnsOf = (
  timeline: Timeline,
  bins: readonly TimeBin[],
  { startedAtUnixMs, most }: Frame,
): readonly Column[] => {
  const first = bins[0]?.afterMs ?? 0
  const spanMs = (bins.at(-1)?.afterMs ?? 0) + timeline.binMs - first
  const widthMs = timeline.binMs * Math.max(1, Math.ceil(spanMs / timeline.binMs / most))
  const piles = new Map<number, TimeBin[]>()
  for (const bin of bins) {
    const at = Math.floor(bin.afterMs / widthMs)
    piles.set(at, [...(piles.get(at) ?? []), bin])
  }
  const offsetMs = timeline.startedAtUnixMs - startedAtUnixMs
  return [...piles].map(([at, pile]) => columnOf(timeline, pile, (offsetMs + at * widthMs) / 1000, widthMs / 1000))
}

const columnOf = (timeline: Timeline, bins: readonly TimeBin[], from: number, width: number): Column => {
  const sum = (count: (bin: TimeBin) => number): number => bins.reduce((all, bin) => all + count(bin), 0)
  const latency = addUp(bins.flatMap(({ latencyCounts }) => latencyCounts))
  return {
    from,
    to: from + width,
    asked: sum(({ asked }) => asked),
    failed: sum(({ lost, refused, wrong }) => lost + refused + wrong),
    p50Ms: quantile(latency, timeline.latencyBoundsMs, 0.5),
    p99Ms: quantile(latency, timeline.latencyBoundsMs, 0.99),
    answeredBy: addAnswerers(bins.flatMap(({ answeredBy }) => answeredBy)),
  }
}

const addUp = (counts: readonly (readonly [number, number])[]): ReadonlyMap<number, number> => {
  const sums = new Map<number, number>()
  for (const [bucket, count] of counts) sums.set(bucket, (sums.get(bucket) ?? 0) + count)
  return sums
}

const quantile = (
  counts: ReadonlyMap<number, number>,
  boundsMs: readonly number[],
  share: number,
): number | undefined => {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  let seen = 0
  for (const [bucket, count] of [...counts].sort(([one], [other]) => one - other)) {
    seen += count
    if (seen >= share * total) return boundsMs[bucket]
  }
  return undefined
}

const addAnswerers = (all: readonly Answerer[]): readonly Answerer[] => {
  const sums = new Map<number, Answerer>()
  for (const { identity, udp, tcp } of all) {
    const before = sums.get(identity)
    sums.set(identity, { identity, udp: (before?.udp ?? 0) + udp, tcp: (before?.tcp ?? 0) + tcp })
  }
  return [...sums.values()].sort((one, other) => one.identity - other.identity)
}
