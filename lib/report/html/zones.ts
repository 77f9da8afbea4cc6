import { html } from 'hono/html'
import { ownerIn } from '../../plan/records.ts'
import type { RecordedChange } from '../run-record.ts'
import type { View } from './view.ts'

type Known = Exclude<RecordedChange, { readonly unknown: string }>
type Zone = Known['zones'][number]

/** What changes for clients, record by record. */
export const zones = ({ record: { zoneChanges, plan } }: View) => html`
<section aria-labelledby="zones">
<h2 id="zones">What changes for clients</h2>
${plan.dangers.map((danger) => html`<p class="danger">${danger}</p>`)}
${zoneChanges.length === 0 ? html`<p>Nothing: it leads no traffic to other zones.</p>` : zoneChanges.map(changeOf)}
</section>`

const changeOf = (change: RecordedChange) => {
  if ('unknown' in change) return html`<p><b>Unknown</b> what changes for clients: ${change.unknown}.</p>`
  const since = html`generation ${change.fromGeneration}`
  if (change.zones.length === 0) return html`<p>No record changes for clients of ${since}.</p>`
  return html`<p>For clients of ${since}:</p>
${change.zones.map(zoneOf)}
${change.recordsLeftOut > 0 ? html`<p>And ${change.recordsLeftOut} more records.</p>` : ''}`
}

const zoneOf = ({ zone, kind, counts: { added, removed, changed }, records }: Zone) => {
  const summary = html`<b>${zone}</b> ${kind === 'comes' ? 'comes' : kind === 'goes' ? 'goes' : 'changes'}: ${added} added, ${removed} removed, ${changed} changed`
  if (records.length === 0) return html`<p>${summary}</p>`
  return html`<details${records.length <= 40 ? html` open` : ''}><summary>${summary}</summary>
<ul class="records">${records.map((one) => html`<li>${recordOf(one, zone)}</li>`)}</ul></details>`
}

const recordOf = (record: Zone['records'][number], zone: string) => {
  const { type, ttlSeconds, before, after, isTtl } = record
  const head = `${ownerIn(record, zone)} ${isTtl ? `${type} TTL` : `${ttlSeconds} ${type}`}`
  return html`${before === undefined ? '' : html`<del><span class="sign">−</span> ${head} ${before}</del>`}${
    after === undefined ? '' : html`<ins><span class="sign">+</span> ${head} ${after}</ins>`
  }`
}
