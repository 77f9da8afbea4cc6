import { cut } from '../cut.ts'
import { lostByOperation } from '../dns/witness/lost-before.ts'
import type { Recent } from '../dns/witness/recent.ts'
import type { WitnessReport } from '../dns/witness.ts'
import { sparkline } from './sparkline.ts'

/** How a witness is doing at the moment: all that it counted, and its last minute. */
export interface Pulse {
  readonly asked: number
  /** Without what nobody answered before the operation moved anything. */
  readonly lost: number
  readonly wrong: number
  readonly recent: Recent
}

/** Pure. */
export const pulseOf = (report: WitnessReport, recent: Recent): Pulse => ({
  asked: report.totals.sent,
  lost: lostByOperation(report),
  wrong: report.totals.wrong,
  recent,
})

const grouped = new Intl.NumberFormat('en-US')
const mostBars = 30
const fewestBars = 5

/**
 * `12,345 asked, 0 lost, 0 wrong, p50 0.4 ms, p99 3.1 ms ▂▃▂×▅`: the times are of the last minute; each bar is the p99 of one of the last
 * seconds, with a cross for one in which something was lost or wrong. Pure.
 * @param width columns; never longer.
 */
export const describePulse = ({ asked, lost, wrong, recent }: Pulse, width: number): string => {
  const counts = [`${grouped.format(asked)} asked`, `${grouped.format(lost)} lost`, `${grouped.format(wrong)} wrong`]
  const times = Object.entries({ p50: recent.p50Ms, p99: recent.p99Ms }).flatMap(([name, ms]) =>
    ms === undefined ? [] : [`${name} ${ms.toFixed(1)} ms`],
  )
  const text = [...counts, ...times].join(', ')
  const room = Math.min(mostBars, width - text.length - 1)
  const bars = room < fewestBars ? '' : barsOf(recent.seconds.slice(-room))
  return cut(`${text} ${bars}`.trimEnd(), width)
}

const barsOf = (seconds: Recent['seconds']): string =>
  [...sparkline(seconds.map(({ p99Ms }) => p99Ms ?? 0))]
    .map((bar, index) => (seconds[index]?.isBad ? '×' : bar))
    .join('')
