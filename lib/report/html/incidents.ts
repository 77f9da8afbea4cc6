import { html } from 'hono/html'
import { preciseTime } from '../../time.ts'
import type { RecordedWitness } from '../run-record.ts'
import { describeMark } from '../traffic.ts'
import { offset, type View } from './view.ts'

/** A page of more is none that anybody reads; report.json has the rest. */
const mostRows = 3000

/** Every question that was lost or answered wrongly, with what was being done then. */
export const incidents = ({ since }: View, { incidents: all, totals, targets }: RecordedWitness) => {
  const shown = all.slice(0, mostRows)
  const failed = totals.lost + totals.lostBefore + totals.wrong
  return html`
<section aria-labelledby="incidents">
<h2 id="incidents">Lost and wrong</h2>
${failed === 0 ? html`<p>None: every question was answered, and rightly.</p>` : ''}
${targets.map(({ lb, address, lostBefore }) =>
  lostBefore > 0
    ? html`<p>Before its switch nobody answered through ${lb} (${address}): ${lostBefore} were lost, as before the operation. They do not count.</p>`
    : '',
)}
${
  shown.length > 0
    ? html`<div class="wide" role="region" aria-label="table of what was lost and wrong" tabindex="0"><table>
<thead><tr><th scope="col">asked at</th><th scope="col">lb</th><th scope="col">question</th><th scope="col">what came</th><th scope="col">while</th></tr></thead>
<tbody>${shown.map(
        (
          one,
        ) => html`<tr><td class="figure">${offset(since(one.atUnixMs))}<br><small>${preciseTime(one.atUnixMs)}</small></td><td class="name">${one.lb}<br><small>${one.address}</small></td><td>${one.question}<br><small>${one.transport}</small></td><td><b>${one.kind}</b><br><small>${one.detail}</small></td><td>${one.steps.length > 0 ? one.steps.join(', ') : one.phase || 'between phases'}<br><small>${describeMark(one.mark)}</small></td></tr>
`,
      )}</tbody></table></div>`
    : ''
}
${failed > shown.length ? html`<p>And ${failed - shown.length} more; report.json has of each address and switch the first thousand.</p>` : ''}
</section>`
}
