import { html } from 'hono/html'
import { duration } from '../../time.ts'
import type { JournalPhase, JournalStep } from '../journal.ts'
import { percent, timeAxis } from './axis.ts'
import { offset, type View } from './view.ts'

type Lasting = Pick<JournalStep, 'state' | 'startedAtUnixMs' | 'endedAtUnixMs'>

/** Phases and steps below each other, each with a bar at its time. */
export const steps = (view: View) => html`
<section class="steps" aria-labelledby="steps">
<h2 id="steps">What was done</h2>
${view.record.phases.length === 0 ? html`<p>Nothing: it ended before its first step.</p>` : ''}
<ol class="phases">${view.record.phases.map((phase) => phaseItem(view, phase))}</ol>
${view.record.phases.length === 0 ? '' : timeAxis(view.seconds)}
${movesOf(view)}
</section>`

const phaseItem = (view: View, phase: JournalPhase) => html`
<li><div class="row phase"><b>${phase.title}</b> <span>${took(view, phase)}</span>${bar(view, phase, 'phase')}</div>
<ol>${phase.steps.map((step) => stepItem(view, step))}</ol></li>`

const stepItem = (view: View, step: JournalStep) => html`
<li><div class="row"><span>${step.step}${step.detail ? html` <small>${step.detail}</small>` : ''}</span> <span>${took(view, step)}</span>${bar(view, step, isMove(step) ? 'move' : 'step')}</div>${errorOf(view, step)}</li>`

/** The one that the run ended with stands at the top already. */
const errorOf = ({ record }: View, { error }: JournalStep) =>
  error === undefined || error === record.outcome.message ? '' : html`<pre class="error" tabindex="0">${error}</pre>`

const isMove = ({ kind }: JournalStep): boolean => ['switch-lb', 'revert-lb', 'move-address'].includes(kind)

const took = ({ record }: View, { state, startedAtUnixMs, endedAtUnixMs = record.endedAtUnixMs }: Lasting): string => {
  const time = duration(endedAtUnixMs - startedAtUnixMs)
  return state === 'done' ? time : state === 'failed' ? `failed after ${time}` : `not ended after ${time}`
}

const bar = (
  view: View,
  { state, startedAtUnixMs, endedAtUnixMs = view.record.endedAtUnixMs }: Lasting,
  kind: 'phase' | 'step' | 'move',
) => {
  const { seconds, since } = view
  const from = percent(since(startedAtUnixMs), seconds)
  const width = percent((endedAtUnixMs - startedAtUnixMs) / 1000, seconds)
  const lines = movesIn(view).map(({ atUnixMs }) => html`<u style="--from:${percent(since(atUnixMs), seconds)}"></u>`)
  return html`<div class="track" aria-hidden="true">${lines}<i class="${state === 'done' ? kind : 'fault'}" style="--from:${from};width:${width}"></i></div>`
}

const movesIn = ({ witness }: View) => witness?.marks.filter(({ name }) => name !== 'start') ?? []

/** When traffic was moved, by the account of the witness. */
const movesOf = (view: View) => {
  const moves = movesIn(view)
  return moves.length === 0
    ? ''
    : html`<p>Traffic was moved, where a line is dashed: ${moves.map(({ name, atUnixMs }) => `${name} at ${offset(view.since(atUnixMs))}`).join(', ')}.</p>`
}
