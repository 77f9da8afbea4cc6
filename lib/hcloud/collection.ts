import type { QueryValue } from './call.ts'
import { type Connection, sendFor } from './connection.ts'
import { isHcloudError } from './errors.ts'
import { listAll } from './paging.ts'
import type { Labels } from './types.ts'

/** Of the API's own spelling: `labelSelector` is sent as `label_selector`. */
export interface Filter {
  /** Exact. */
  readonly name?: string
  /** Such as `role=nameserver,generation!=1760000000`. */
  readonly labelSelector?: string
}

export interface Change {
  readonly name?: string
  /** Replaces the whole map; merging is up to the caller. */
  readonly labels?: Labels
}

export interface Reader<T, F = Filter> {
  /** All pages. */
  list(filter?: F): Promise<T[]>
  /** @throws HcloudError `not_found` */
  get(id: number): Promise<T>
  find(name: string): Promise<T | undefined>
}

export interface Writer<T> {
  update(id: number, change: Change): Promise<T>
  /** Of what is not there is done. */
  delete(id: number): Promise<void>
}

interface Spelling {
  /** As in the path and around a list, such as `ssh_keys`. */
  readonly many: string
  /** Around a single object, such as `ssh_key`. */
  readonly one: string
}

export const createReader = <T, F extends object = Filter>(
  connection: Connection,
  { many, one }: Spelling,
): Reader<T, F> => {
  const list = (filter?: object): Promise<T[]> => listAll<T>(connection.send, `/${many}`, many, queryOf(filter))
  return {
    list,
    get: (id) => sendFor<T>(connection, { method: 'GET', path: `/${many}/${id}` }, one),
    find: async (name) => (await list({ name }))[0],
  }
}

export const createWriter = <T>(connection: Connection, { many, one }: Spelling): Writer<T> => ({
  update: (id, change) => sendFor<T>(connection, { method: 'PUT', path: `/${many}/${id}`, body: change }, one),
  delete: (id) => unlessGone(async () => void (await connection.send({ method: 'DELETE', path: `/${many}/${id}` }))),
})

/** The result, or undefined when the API answers that the object is not there. */
export const unlessGone = async <T>(change: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await change()
  } catch (error) {
    if (isHcloudError(error, 'not_found')) return undefined
    throw error
  }
}

const queryOf = (filter: object = {}): Record<string, QueryValue> =>
  Object.fromEntries(
    Object.entries(filter).map(([key, value]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  )
