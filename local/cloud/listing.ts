import type { Context } from 'hono'
import { invalidInput } from './errors.ts'
import { matchesSelector, verifySelector } from './labels.ts'
import type { Labels } from './state.ts'

export type Item = object & { readonly id?: number; readonly name?: string | null; readonly labels?: Labels }

const positive = (context: Context, name: string, fallback: number): number => {
  const text = context.req.query(name)
  if (text === undefined || text === '') return fallback
  if (!/^[1-9]\d*$/.test(text)) throw invalidInput(name, 'must be a positive number')
  return Number(text)
}

const compareBy =
  (field: string, direction: string | undefined) =>
  (a: Item, b: Item): number => {
    const [left, right] = [a, b].map((item) => (item as Record<string, unknown>)[field])
    const order =
      typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right))
    return direction === 'desc' ? -order : order
  }

const sorted = <T extends Item>(items: readonly T[], sorts: readonly string[]): readonly T[] => {
  const orders = sorts.map((sort) => sort.split(':')).map(([field = 'id', direction]) => compareBy(field, direction))
  return [...items].sort((a, b) => orders.reduce((result, order) => result || order(a, b), 0))
}

/** The filters that most collections share: `name`, `label_selector`, and any field in `fields`, which may be given several times. */
export const selected = <T extends Item>(
  context: Context,
  items: readonly T[],
  fields: readonly string[] = [],
): readonly T[] => {
  const name = context.req.query('name')
  const selector = context.req.query('label_selector')
  if (selector) verifySelector(selector)
  const wanted = fields
    .map((field) => [field, context.req.queries(field) ?? []] as const)
    .filter(([, values]) => values.length > 0)
  return items.filter(
    (item) =>
      (name === undefined || name === '' || item.name === name) &&
      (!selector || matchesSelector(item.labels ?? {}, selector)) &&
      wanted.every(([field, values]) => values.includes(String((item as Record<string, unknown>)[field]))),
  )
}

/** One page of a list, with `meta` and the `Link` header. Past the end: an empty page. */
export const paged = <T extends Item>(context: Context, root: string, items: readonly T[]): Response => {
  const page = positive(context, 'page', 1)
  const perPage = Math.min(positive(context, 'per_page', 25), 50)
  const all = sorted(items, context.req.queries('sort') ?? [])
  const last = Math.max(1, Math.ceil(all.length / perPage))
  const pagination = {
    page,
    per_page: perPage,
    previous_page: page > 1 ? page - 1 : null,
    next_page: page < last ? page + 1 : null,
    last_page: last,
    total_entries: all.length,
  }
  const links = [
    ['prev', pagination.previous_page],
    ['next', pagination.next_page],
    ['last', last],
  ] as const
  const url = new URL(context.req.url)
  context.header('Link', links.flatMap(([rel, to]) => (to === null ? [] : [linkTo(url, to, rel)])).join(', '))
  return context.json({ [root]: all.slice((page - 1) * perPage, page * perPage), meta: { pagination } })
}

const linkTo = (url: URL, page: number, rel: string): string => {
  const target = new URL(url)
  target.searchParams.set('page', String(page))
  return `<${target}>; rel=${rel}`
}
