import { type Markish, rect, ruleX } from '@observablehq/plot'
import { html } from 'hono/html'
import type { Timeline } from '../../dns/witness/timeline.ts'
import type { RecordedWitness } from '../run-record.ts'
import { describeIdentity } from '../traffic.ts'
import { timeAxis } from './axis.ts'
import { type Column, columnsOf } from './columns.ts'
import { draw } from './plot.ts'
import { generationColour, offset, type View } from './view.ts'

type Lane = Timeline['lanes'][number]

const mostColumns = 600

interface Share {
  readonly identity: number
  readonly from: number
  readonly to: number
  /** Of the answers, 0 … 1, laid on those of others. */
  readonly low: number
  readonly high: number
}

/** Who answered through each address, from the beginning of the run to its end. */
export const strips = (view: View, witness: RecordedWitness) => html`
<section aria-labelledby="strips">
<h2 id="strips">Who answered</h2>
<p>By UDP, by when it was asked. A dashed line is the moment from which on traffic was moved there${
  witness.incidents.length > 0 ? '; where a line is red, a question was lost or wrong' : ''
}.</p>
${witness.timeline.lanes.map((lane) => strip(view, witness, lane))}
${timeAxis(view.seconds)}
</section>`

const strip = ({ record, seconds, since }: View, { timeline, marks }: RecordedWitness, lane: Lane) => {
  const columns = columnsOf(timeline, lane.bins, { startedAtUnixMs: record.startedAtUnixMs, most: mostColumns })
  const shares = joined(columns.flatMap(sharesOf))
  const own = marksOf(marks, lane.lb).map(({ atUnixMs }) => since(atUnixMs))
  const picture = draw({
    label: `Who answered through ${lane.lb} at ${lane.address}`,
    seconds,
    y: { domain: [0, 1] },
    marks: [
      rect(shares, {
        x1: 'from',
        x2: 'to',
        y1: 'low',
        y2: 'high',
        fill: ({ identity }: Share) => generationColour(timeline, timeline.identities[identity] ?? ''),
      }),
      ...faultLines(columns),
      ...moveLines(own),
    ],
  })
  return html`<figure class="strip">
<figcaption><b>${lane.lb}</b> ${lane.address} ${spansOf(shares).map(
    ({ identity, from, to }) =>
      html`<span class="who"><i style="background:${generationColour(
        timeline,
        timeline.identities[identity] ?? '',
      )}"></i>${describeIdentity(timeline.identities[identity] ?? '')} ${offset(Math.max(0, from))} – ${offset(Math.min(seconds, to))}</span> `,
  )}${shares.length === 0 ? 'nobody' : ''}${own.map((at) => html`<span class="moved">moved at ${offset(at)}</span> `)}</figcaption>
${picture}
</figure>`
}

/** Those of an lb itself, and of Floating IPs, which may lead to any. Pure. */
export const marksOf = (marks: RecordedWitness['marks'], lb: string): RecordedWitness['marks'] =>
  marks.filter(({ name }) => name === `switch ${lb}` || name.startsWith('move '))

/** Where questions were lost or answered wrongly. */
export const faultLines = (columns: readonly Column[]): readonly Markish[] =>
  lines(
    columns.filter(({ failed }) => failed > 0).map(({ from, to }) => (from + to) / 2),
    { stroke: 'var(--fault)' },
  )

/** The moments from which on traffic was moved. */
export const moveLines = (seconds: readonly number[]): readonly Markish[] =>
  lines(seconds, { stroke: 'var(--text)', strokeDasharray: '4 3' })

/** With an edge, since they stand on marks of any colour. */
const lines = (
  seconds: readonly number[],
  look: { readonly stroke: string; readonly strokeDasharray?: string },
): readonly Markish[] => [
  ruleX(seconds, { stroke: 'var(--ground)', strokeWidth: 4 }),
  ruleX(seconds, { ...look, strokeWidth: 2 }),
]

const sharesOf = ({ from, to, answeredBy }: Column): readonly Share[] => {
  const total = answeredBy.reduce((sum, { udp }) => sum + udp, 0)
  let low = 0
  return answeredBy.flatMap(({ identity, udp }) => {
    if (udp === 0) return []
    const high = low + udp / total
    const share = { identity, from, to, low, high }
    low = high
    return [share]
  })
}

/** What follows without a gap and looks the same is one. */
const joined = (shares: readonly Share[]): readonly Share[] => {
  const whole: Share[] = []
  for (const share of shares) {
    const last = whole.at(-1)
    const goesOn =
      last?.identity === share.identity &&
      last.low === share.low &&
      last.high === share.high &&
      isAt(last.to, share.from)
    if (last && goesOn) whole[whole.length - 1] = { ...last, to: share.to }
    else whole.push(share)
  }
  return whole
}

const isAt = (one: number, other: number): boolean => Math.abs(one - other) < 0.001

/** From when to when each was heard, in the order in which they were first. */
const spansOf = (shares: readonly Share[]): readonly Pick<Share, 'identity' | 'from' | 'to'>[] => {
  const spans = new Map<number, Pick<Share, 'identity' | 'from' | 'to'>>()
  for (const { identity, from, to } of shares) {
    spans.set(identity, { identity, from: spans.get(identity)?.from ?? from, to })
  }
  return [...spans.values()]
}
