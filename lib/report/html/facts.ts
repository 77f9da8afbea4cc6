import { html } from 'hono/html'
import { describeMoment, duration } from '../../time.ts'
import type { RecordedWitness } from '../run-record.ts'
import { describeIdentity } from '../traffic.ts'
import { offset, type View } from './view.ts'

/** What was planned; open where some of it was not begun. */
export const plan = ({ record: { plan: planned, phases } }: View) => html`
<section aria-labelledby="plan">
<h2 id="plan">Plan</h2>
${planned.notes.map((note) => html`<p>${note}</p>`)}
<details${phases.length < planned.phases.length ? html` open` : ''}><summary>${planned.phases.length} phases</summary>
<ol>${planned.phases.map(
  ({ title, steps }) => html`<li><b>${title}</b><ul>${steps.map((step) => html`<li>${step}</li>`)}</ul></li>`,
)}</ol></details>
</section>`

/** How much was asked at each address, and who answered. */
export const targets = ({ since }: View, witness: RecordedWitness) => html`
<section aria-labelledby="targets">
<h2 id="targets">Asked at each address</h2>
<div class="wide" role="region" aria-label="table of addresses" tabindex="0"><table>
<thead><tr>${['lb', 'address', 'asked', 'lost', 'wrong', 'p50', 'p99', 'longest', 'answered by'].map(
  (name) => html`<th scope="col">${name}</th>`,
)}</tr></thead>
<tbody>${witness.targets.map(
  (one) => html`<tr><td class="name">${one.lb}</td><td class="name">${one.address}</td>${[
    one.asked,
    one.lost,
    one.wrong,
  ].map(
    (count) => html`<td class="figure">${count}</td>`,
  )}${[one.p50Ms, one.p99Ms, one.maxMs].map((ms) => html`<td class="figure">${ms.toFixed(1)} ms</td>`)}<td>${one.identities.map(
    ({ nsid, firstUnixMs, lastUnixMs, count }) =>
      html`<div>${describeIdentity(nsid)} <small>${count}, from ${offset(since(firstUnixMs))} to ${offset(since(lastUnixMs))}</small></div>`,
  )}</td></tr>
`,
)}</tbody></table></div>
${handover(witness)}
</section>`

/** From when on what only one generation has was answered, seen from the switch of each lb. */
const handover = ({ handover: watched }: RecordedWitness) => {
  if (!watched || watched.comes.length + watched.goes.length === 0) return ''
  const { toGeneration, fromGenerations, comes, goes } = watched
  return html`<p>Watched of what only one generation has: ${countOf(comes.length)} that only ${toGeneration} answers, ${countOf(goes.length)} that only ${
    fromGenerations.join(', ') || 'the one before'
  } does.</p>
<ul>${watched.lbs.map(({ lb, switchedAtUnixMs, comesFromUnixMs, goesUntilUnixMs, oldAgainCount }) => {
    const seen = [
      ...(comes.length > 0 ? [`what comes was answered ${distance('from', comesFromUnixMs, switchedAtUnixMs)}`] : []),
      ...(goes.length > 0 ? [`what goes was answered ${distance('until', goesUntilUnixMs, switchedAtUnixMs)}`] : []),
    ]
    return html`<li>${lb}: ${seen.join(', ')}${oldAgainCount > 0 ? html`; <b>the old answered again ${oldAgainCount} times</b>` : ''}</li>`
  })}</ul>
${watched.unknown.map((one) => html`<p>Unknown in part: ${one}.</p>`)}`
}

const countOf = (questions: number): string => `${questions} ${questions === 1 ? 'question' : 'questions'}`

const distance = (word: string, atUnixMs: number | undefined, switchedAtUnixMs: number | undefined): string => {
  if (atUnixMs === undefined) return `${word} no moment that was seen`
  if (switchedAtUnixMs === undefined) return `${word} ${describeMoment(atUnixMs)}`
  const ms = atUnixMs - switchedAtUnixMs
  return `${word} ${duration(Math.abs(ms))} ${ms < 0 ? 'before' : 'after'} its switch`
}

/** What it was run from. */
export const origin = ({ record: { commit, versions, generation } }: View) => html`
<footer><dl>
<div><dt>commit</dt><dd>${commit || 'none: outside a git checkout'}</dd></div>
${Object.entries(versions).map(([name, version]) => html`<div><dt>${name}</dt><dd>${version}</dd></div>`)}
</dl><p>All data is in report.json beside this page, each event in events.ndjson of run ${generation}.</p></footer>`
