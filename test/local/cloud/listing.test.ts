import { Hono } from 'hono'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ApiError } from '../../../local/cloud/errors.ts'
import { paged, selected } from '../../../local/cloud/listing.ts'

const test = suite('local/cloud/listing')

const items = Array.from({ length: 60 }, (_, index) => ({
  id: index + 1,
  name: `web-${60 - index}`,
  status: index % 2 === 0 ? 'running' : 'off',
  labels: index < 3 ? { role: 'lb' } : {},
}))

const rendered: number[] = []
const view = (item: (typeof items)[number]): object => {
  rendered.push(item.id)
  return item
}
const filters = { status: ['running', 'off', 'deleting'] }

const app = new Hono()
app.get('/things', (c) => paged(c, 'things', selected(c, items, filters), { sorts: ['id', 'status'], view }))
app.get('/unsorted', (c) => paged(c, 'things', items, { sorts: [] }))
app.onError((error, c) => c.json({ code: error instanceof ApiError ? error.code : 'other' }, 422))

interface Page {
  readonly things: typeof items
  readonly meta: { readonly pagination: Readonly<Record<string, number | null>> }
}

const get = async (query: string) => {
  const answer = await app.request(`http://127.0.0.1/things${query}`)
  const body = (await answer.json()) as Page
  return { answer, body, ids: body.things?.map(({ id }) => id) }
}

test('sixty make two pages of fifty', async () => {
  const first = await get('?per_page=50')
  assert.equal([first.ids.length, first.ids[0], first.ids.at(-1)], [50, 1, 50])
  assert.equal(first.body.meta.pagination, {
    page: 1,
    per_page: 50,
    previous_page: null,
    next_page: 2,
    last_page: 2,
    total_entries: 60,
  })
  const second = await get('?per_page=50&page=2')
  assert.equal(second.ids, [51, 52, 53, 54, 55, 56, 57, 58, 59, 60])
  assert.equal([second.body.meta.pagination.previous_page, second.body.meta.pagination.next_page], [1, null])
})

test('25 a page unless asked for, never more than 50', async () => {
  assert.is((await get('')).ids.length, 25)
  assert.is((await get('?per_page=100')).ids.length, 50)
})

test('an empty page past the end', async () => {
  const { ids, body } = await get('?page=9')
  assert.equal([ids, body.meta.pagination.previous_page, body.meta.pagination.next_page], [[], 8, null])
})

test('links to the pages around', async () => {
  const { answer } = await get('?page=2&status=off&per_page=10')
  const link = answer.headers.get('link') ?? ''
  assert.equal(
    link.split(', ').map((one) => /[?&]page=(\d+).*rel="(\w+)"$/.exec(one)?.slice(1)),
    [
      ['1', 'prev'],
      ['3', 'next'],
      ['3', 'last'],
    ],
  )
  assert.match(link, 'status=off')
})

test('filters by name, by label selector and by fields that may be repeated', async () => {
  assert.equal((await get('?name=web-60')).ids, [1])
  assert.equal((await get('?name=web')).ids, [])
  assert.equal((await get('?label_selector=role%3Dlb')).ids, [1, 2, 3])
  assert.equal((await get('?label_selector=role%3Dlb&status=off')).ids, [2])
  assert.is((await get('?status=off&status=running&per_page=50')).body.meta.pagination.total_entries, 60)
})

test('renders what is on the page, and nothing else', async () => {
  rendered.length = 0
  await get('?page=2&per_page=3&sort=id:desc')
  assert.equal(rendered, [57, 56, 55])
})

test('sorts by several fields, and refuses what it is not sorted by', async () => {
  assert.equal((await get('?sort=id:desc&per_page=2')).ids, [60, 59])
  assert.equal((await get('?sort=status&sort=id:desc&per_page=2')).ids, [60, 58])
  assert.equal((await get('?sort=id:asc&per_page=2')).ids, [1, 2])
  for (const sort of ['nothing', 'name', 'id:up', 'id:desc:asc', 'id:', ':desc', '-id', 'id,status'])
    assert.equal((await get(`?sort=${sort}`)).body, { code: 'invalid_input' }, sort)
})

test('refuses a value that a field never has', async () => {
  assert.equal((await get('?status=nonsense')).body, { code: 'invalid_input' })
  assert.equal((await get('?status=deleting')).ids, [])
})

test('where nothing is sorted, it does not matter by what', async () => {
  assert.is((await app.request('http://127.0.0.1/unsorted?sort=nonsense')).status, 200)
})

test('ignores query keys it does not know', async () => {
  assert.equal((await get('?include_deprecated=true&per_page=1')).ids, [1])
})

test('refuses a page that is no number', async () => {
  for (const query of ['?page=0', '?page=x', '?per_page=-1', '?label_selector=a%20b'])
    assert.equal((await get(query)).body, { code: 'invalid_input' }, query)
})

test.run()
