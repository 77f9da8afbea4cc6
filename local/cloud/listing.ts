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
  (field: string, isDescending: boolean) =>
  (a: object, b: object): number => {
    const [left, right] = [a, b].map((item) => (item as Record<string, unknown>)[field])
    const order =
      typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right))
    return isDescending ? -order : order
  }

/** @throws ApiError 422 for a field that the kind is not sorted by. */
const ordersOf = (sorts: readonly string[], fields: readonly string[]) =>
  sorts.map((sort) => {
    const [, field = '', direction] = /^([a-z_]+)(?::(asc|desc))?$/.exec(sort) ?? []
    if (!fields.includes(field)) throw invalidInput('sort', `cannot be '${sort}'`)
    return compareBy(field, direction === 'desc')
  })

const sorted = <T extends object>(context: Context, items: readonly T[], fields: readonly string[]): readonly T[] => {
  // clients send it to every list; where none is sorted it means nothing
  const sorts = fields.length > 0 ? (context.req.queries('sort') ?? []).filter((sort) => sort !== '') : []
  if (sorts.length === 0) return items
  const orders = ordersOf(sorts, fields)
  return [...items].sort((a, b) => orders.reduce((result, order) => result || order(a, b), 0))
}

/** Fields that a list can be filtered by, with the values that there are, or null for any. */
export type Filters = Readonly<Record<string, readonly string[] | null>>

/** @throws ApiError 422 for a value that there is none of. */
const wantedOf = (context: Context, filters: Filters) =>
  Object.entries(filters).flatMap(([field, values]) => {
    const wanted = (context.req.queries(field) ?? []).filter((value) => value !== '')
    const unknown = wanted.find((value) => values !== null && !values.includes(value))
    if (unknown !== undefined) throw invalidInput(field, `cannot be '${unknown}'`)
    return wanted.length === 0 ? [] : [[field, wanted] as const]
  })

/** The filters that most collections share: `name`, `label_selector`, and any field in `filters`, which may be given several times. */
export const selected = <T extends Item>(
  context: Context,
  items: readonly T[],
  filters: Filters = {},
): readonly T[] => {
  const name = context.req.query('name')
  const selector = context.req.query('label_selector')
  if (selector) verifySelector(selector)
  const wanted = wantedOf(context, filters)
  return items.filter(
    (item) =>
      (name === undefined || name === '' || item.name === name) &&
      (!selector || matchesSelector(item.labels ?? {}, selector)) &&
      wanted.every(([field, values]) => values.includes(String((item as Record<string, unknown>)[field]))),
  )
}

interface Listed<T> {
  /** Fields that it can be sorted by. */
  readonly sorts?: readonly string[]
  /** How one is answered; asked for what is on the page alone. */
  view?(item: T): object
}

export const usualSorts = ['id', 'name', 'created']

/** One page of a list, with `meta` and the `Link` header. Past the end: an empty page. */
export const paged = <T extends object>(
  context: Context,
  root: string,
  items: readonly T[],
  { sorts = usualSorts, view = (item) => item }: Listed<T> = {},
): Response => {
  const page = positive(context, 'page', 1)
  const perPage = Math.min(positive(context, 'per_page', 25), 50)
  const all = sorted(context, items, sorts)
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
  const shown = all.slice((page - 1) * perPage, page * perPage).map((item) => view(item))
  return context.json({ [root]: shown, meta: { pagination } })
}

const linkTo = (url: URL, page: number, rel: string): string => {
  const target = new URL(url)
  target.searchParams.set('page', String(page))
  return `<${target}>; rel="${rel}"`
}
