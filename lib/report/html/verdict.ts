import { html } from 'hono/html'
import { describeMoment, duration } from '../../time.ts'
import { describeLeads } from '../traffic.ts'
import type { View } from './view.ts'

const grouped = new Intl.NumberFormat('en-US')

/** How it ended, what was lost, and where traffic is. */
export const verdict = ({ record, witness }: View) => {
  const { outcome, operation, generation, startedAtUnixMs, endedAtUnixMs } = record
  const totals = witness?.totals
  const counts: readonly (readonly [string, string, boolean?])[] = totals
    ? [
        ['asked', grouped.format(totals.asked)],
        ['lost', grouped.format(totals.lost), totals.lost > 0],
        ['wrong', grouped.format(totals.wrong), totals.wrong > 0],
        ['p99', `${totals.p99Ms.toFixed(1)} ms`],
      ]
    : []
  return html`
<header>
<p class="kind">${operation}</p>
<h1 class="${outcome.exitCode === 0 ? 'good' : 'bad'}">${outcome.exitCode === 0 ? 'Done' : capital(outcome.meaning)}</h1>
<p>Generation ${generation}, ${describeMoment(startedAtUnixMs)}, ${duration(endedAtUnixMs - startedAtUnixMs)}</p>
<dl class="figures">${[...counts, ['exit code', String(outcome.exitCode), outcome.exitCode !== 0] as const].map(
    ([name, value, isBad]) => html`<div${isBad ? html` class="bad"` : ''}><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl>
${(outcome.hint ?? '').split('\n').map((line) => (line === '' ? '' : html`<p>${line}</p>`))}
${record.witness && 'unasked' in record.witness ? html`<p>The witness asked nothing, because ${record.witness.unasked}.</p>` : ''}
${record.witness === null ? html`<p>No witness asked questions during this run.</p>` : ''}
${witness && witness.stalledMs > 0 ? html`<p>For ${duration(witness.stalledMs)} in all nothing was asked: this computer was too busy.</p>` : ''}
<h2>Where traffic is</h2>
${describeLeads(record).map((line) => html`<p>${line}</p>`)}
${outcome.message === undefined ? '' : html`<h2>What failed</h2><pre class="error" tabindex="0">${outcome.message}</pre>`}
</header>`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
