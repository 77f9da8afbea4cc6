import { rect, ruleY } from '@observablehq/plot'
import { html } from 'hono/html'
import type { RecordedWitness } from '../run-record.ts'
import { timeAxis } from './axis.ts'
import { type Column, columnsOf } from './columns.ts'
import { draw } from './plot.ts'
import { faultLines, marksOf, moveLines } from './strips.ts'
import type { View } from './view.ts'

const mostColumns = 240

interface Timed extends Column {
  readonly p50Ms: number
  readonly p99Ms: number
}

interface LanePicture {
  readonly lb: string
  readonly address: string
  readonly columns: readonly Column[]
  readonly timed: readonly Timed[]
}

/** How long answers took, through each address: of each moment a bar from what half of them took to what 99 of 100 did. */
export const latency = (view: View, witness: RecordedWitness) => {
  const lanes = witness.timeline.lanes.map(({ lb, address, bins }): LanePicture => {
    const columns = columnsOf(witness.timeline, bins, {
      startedAtUnixMs: view.record.startedAtUnixMs,
      most: mostColumns,
    })
    return { lb, address, columns, timed: columns.flatMap(timedOf) }
  })
  const range = rangeOf(lanes.flatMap(({ timed }) => timed))
  return html`
<section class="paced" aria-labelledby="latency">
<h2 id="latency">How long answers took</h2>
<p>Each bar reaches from the time that half of the answers took (p50, the lower edge) to the one that 99 of 100 took (p99, the upper edge), on a logarithmic scale.</p>
${lanes.map((lane) => figure(view, witness, { lane, range }))}
${timeAxis(view.seconds)}
</section>`
}

const timedOf = (column: Column): readonly Timed[] => {
  const { p50Ms, p99Ms } = column
  return p50Ms === undefined || p99Ms === undefined ? [] : [{ ...column, p50Ms, p99Ms }]
}

interface Range {
  /** Milliseconds. */
  readonly low: number
  readonly high: number
}

/** Whole decades around all of them, so that there are labels. */
const rangeOf = (all: readonly Timed[]): Range => {
  const low = Math.min(...all.map(({ p50Ms }) => p50Ms), 1)
  const high = Math.max(...all.map(({ p99Ms }) => p99Ms), 1)
  return { low: 10 ** Math.floor(Math.log10(low * 0.99)), high: 10 ** Math.ceil(Math.log10(high * 1.01)) }
}

const figure = (
  { seconds, since }: View,
  { marks, targets }: RecordedWitness,
  { lane, range }: { readonly lane: LanePicture; readonly range: Range },
) => {
  const target = targets.find(({ address }) => address === lane.address)
  const picture = draw({
    label: `How long answers took through ${lane.lb} at ${lane.address}`,
    seconds,
    y: { type: 'log', domain: [range.low, range.high] },
    marks: [
      ruleY(decadesIn(range), { stroke: 'var(--grid)', strokeWidth: 1 }),
      rect(lane.timed, { x1: 'from', x2: 'to', y1: 'p50Ms', y2: 'p99Ms', fill: 'var(--latency)' }),
      // where both are the same there is no bar
      ruleY(lane.timed, { x1: 'from', x2: 'to', y: 'p50Ms', stroke: 'var(--latency)', strokeWidth: 2 }),
      ...faultLines(lane.columns),
      ...moveLines(marksOf(marks, lane.lb).map(({ atUnixMs }) => since(atUnixMs))),
    ],
  })
  return html`<figure class="latency">
<figcaption><b>${lane.lb}</b> ${lane.address}${
    target &&
    html` p50 ${target.p50Ms.toFixed(1)} ms, p99 ${target.p99Ms.toFixed(1)} ms, longest ${target.maxMs.toFixed(1)} ms`
  }</figcaption>
<div class="scaled">${valueAxis(range)}${picture}</div>
</figure>`
}

const decadesIn = ({ low, high }: Range): readonly number[] =>
  Array.from({ length: Math.round(Math.log10(high / low)) + 1 }, (_, index) => low * 10 ** index)

const valueAxis = (range: Range) =>
  html`<div class="value-axis" aria-hidden="true">${decadesIn(range).map(
    (ms) =>
      html`<span style="top:${(100 * (1 - Math.log10(ms / range.low) / Math.log10(range.high / range.low))).toFixed(1)}%">${
        ms < 1000 ? `${Number(ms.toPrecision(1))} ms` : `${ms / 1000} s`
      }</span>`,
  )}</div>`
