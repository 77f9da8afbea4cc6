import type { Context, Hono } from 'hono'
import type { z } from 'zod'
import { idParam, readBody } from './body.ts'
import { type Cloud, nowOf } from './cloud.ts'
import { type Filters, type Item, paged, selected, usualSorts } from './listing.ts'
import type { ActionRecord, Labels, TableName } from './state.ts'
import { type RecordOf, recordOf, requireFreeName, tableOf } from './tables.ts'

type CollectionName = Exclude<TableName, 'actions'>

type Wish<R> = { readonly [F in keyof R]?: R[F] | null | undefined }

interface Shape<K extends CollectionName> {
  /** Its path as well, and its key in a list; without the `s` the key of one object. */
  readonly table: K
  /** Fields that a list can be filtered by, besides name and labels. */
  readonly filters?: Filters
  /** Fields that a list can be sorted by; by default what nearly all kinds have. */
  readonly sorts?: readonly string[]
  /** What everybody has and nobody can change, as it is answered. */
  readonly builtIn?: readonly Item[]
  /** How it is answered, where that is not how it is stored. */
  view?(cloud: Cloud, record: RecordOf<K>): object
  /** The fields that can be set. */
  readonly change: z.ZodType<Wish<RecordOf<K>>>
  /** @throws ApiError for what cannot be set now */
  requireChangeable?(cloud: Cloud, wish: Wish<RecordOf<K>>, record: RecordOf<K>): void
  /** Carries on what was set. */
  changed?(cloud: Cloud, wish: Wish<RecordOf<K>>, record: RecordOf<K>): Promise<void>
  /** @throws ApiError for what must not be deleted now */
  requireDeletable?(cloud: Cloud, record: RecordOf<K>): void
  /** What is done before it goes; or an action that removes it in its time, which is the answer then. */
  remove?(cloud: Cloud, record: RecordOf<K>): Promise<void> | ActionRecord
}

interface Creation<R, B> {
  readonly body: z.ZodType<B>
  /** Looks at all of the request, and sets nothing. @throws ApiError for what cannot be had */
  draft(cloud: Cloud, body: B, id: number): Omit<R, 'id' | 'labels' | 'created'>
  /** It is there: begins what it needs, and says what the answer has besides it. */
  begin?(cloud: Cloud, record: R, body: B): object
}

/** A collection of the API: its objects, and what can be done to all kinds of them. Its actions stand beside it. */
export interface Collection<K extends CollectionName, B = never> extends Shape<K> {
  /** Absent: its objects are made in another way. */
  readonly creation?: Creation<RecordOf<K>, B>
}

/** What a request to make something says of it, whatever it is. */
interface Labelled {
  readonly labels?: Labels | null | undefined
}

/**
 * The routes that all collections share. A request is looked at as a whole before anything is set, so that one that is refused
 * changes nothing: only an id is never given twice.
 */
export const addCollection = <K extends CollectionName, B extends Labelled>(
  app: Hono,
  cloud: Cloud,
  { creation, ...shape }: Collection<K, B>,
): void => {
  const [all, one] = [`/${shape.table}`, `/${shape.table}/:id{[0-9]+}`]
  app.get(all, (c) => list(c, cloud, shape))
  app.get(one, (c) => {
    const found = shape.builtIn?.find(({ id }) => id === idParam(c))
    return c.json(found ? { [keyOf(shape)]: found } : answer(cloud, shape, recordOf(cloud, shape.table, c)))
  })
  if (creation) app.post(all, (c) => create(c, cloud, shape, creation))
  app.put(one, (c) => change(c, cloud, shape))
  app.delete(one, (c) => remove(c, cloud, shape))
}

const keyOf = ({ table }: { readonly table: string }): string => table.slice(0, -1)

const viewed = <K extends CollectionName>(cloud: Cloud, shape: Shape<K>, record: RecordOf<K>): object =>
  shape.view?.(cloud, record) ?? record

const answer = <K extends CollectionName>(cloud: Cloud, shape: Shape<K>, record: RecordOf<K>) => ({
  [keyOf(shape)]: viewed(cloud, shape, record),
})

const list = <K extends CollectionName>(c: Context, cloud: Cloud, shape: Shape<K>): Response => {
  const { table, filters, builtIn = [], sorts = usualSorts } = shape
  const found = selected(c, Object.values<RecordOf<K>>(tableOf(cloud, table)), filters)
  const own = new Set<object>(found)
  const view = (item: object): object => (own.has(item) ? viewed(cloud, shape, item as RecordOf<K>) : item)
  return paged<object>(c, table, [...selected(c, builtIn, filters), ...found], { sorts, view })
}

const create = async <K extends CollectionName, B extends Labelled>(
  c: Context,
  cloud: Cloud,
  shape: Shape<K>,
  creation: Creation<RecordOf<K>, B>,
): Promise<Response> => {
  const body = await readBody(c, creation.body)
  const id = cloud.store.nextId()
  const stamp = { id, labels: body.labels ?? {}, created: nowOf(cloud) }
  const record = { ...creation.draft(cloud, body, id), ...stamp } as RecordOf<K>
  requireFreeName(cloud, shape.table, record)
  tableOf(cloud, shape.table)[id] = record
  cloud.store.touch(shape.table, id)
  const more = creation.begin?.(cloud, record, body)
  cloud.store.save()
  return c.json({ ...answer(cloud, shape, record), ...more }, 201)
}

const change = async <K extends CollectionName>(c: Context, cloud: Cloud, shape: Shape<K>): Promise<Response> => {
  const record = recordOf(cloud, shape.table, c)
  const wish = await readBody(c, shape.change)
  const wanted = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== null && value !== undefined))
  requireFreeName(cloud, shape.table, { ...wanted, id: record.id })
  shape.requireChangeable?.(cloud, wish, record)
  Object.assign(record, wanted)
  cloud.store.touch(shape.table, record.id)
  await shape.changed?.(cloud, wish, record)
  cloud.store.save()
  return c.json(answer(cloud, shape, record))
}

const remove = async <K extends CollectionName>(c: Context, cloud: Cloud, shape: Shape<K>): Promise<Response> => {
  const record = recordOf(cloud, shape.table, c)
  shape.requireDeletable?.(cloud, record)
  const action = await shape.remove?.(cloud, record)
  if (action) return c.json({ action })
  delete tableOf(cloud, shape.table)[record.id]
  cloud.store.touch(shape.table, record.id)
  cloud.store.save()
  return c.body(null, 204)
}
