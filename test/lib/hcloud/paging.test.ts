import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { HcloudError } from '../../../lib/hcloud/errors.ts'
import { clientFor, json, page, startScriptedServer } from './scripted-server.ts'

const paging = suite('paging')
const scripted = await startScriptedServer()
paging.after(() => scripted.close())

const line = (number: number): string => `GET /servers?page=${number}&per_page=50`
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => ({ id: from + index }))

paging('60 servers are two pages', async () => {
  scripted.script([line(1), page('servers', ids(1, 50), 2)], [line(2), page('servers', ids(51, 60))])
  assert.equal(await clientFor(scripted.endpoint).hcloud.servers.list(), ids(1, 60))
})

paging('follows next_page only, whatever the totals say', async () => {
  const meta = { pagination: { page: 1, per_page: 50, next_page: null, last_page: 9, total_entries: 900 } }
  scripted.script([line(1), json(200, { servers: ids(1, 2), meta })])
  assert.equal(await clientFor(scripted.endpoint).hcloud.servers.list(), ids(1, 2))
})

paging('an answer without meta is the only page', async () => {
  scripted.script([line(1), json(200, { servers: ids(1, 2) })])
  assert.equal(await clientFor(scripted.endpoint).hcloud.servers.list(), ids(1, 2))
})

for (const [title, reply] of [
  ['a page that leads to itself', page('servers', [], 1)],
  ['a list that is none', json(200, { servers: null })],
] as const) {
  paging(`refuses ${title}`, async () => {
    scripted.script([line(1), reply])
    const error = await clientFor(scripted.endpoint)
      .hcloud.servers.list()
      .catch((reason: unknown) => reason)
    assert.is((error as HcloudError).code, 'malformed_answer')
  })
}

paging.run()
