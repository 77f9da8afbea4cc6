import type { Context } from 'hono'
import { idParam } from './body.ts'
import type { Cloud } from './cloud.ts'
import { type ApiError, notFound, notUnique } from './errors.ts'
import type { State, TableName } from './state.ts'

const nouns: Readonly<Record<TableName, string>> = {
  servers: 'server',
  networks: 'network',
  firewalls: 'firewall',
  ssh_keys: 'SSH key',
  placement_groups: 'placement group',
  images: 'image',
  primary_ips: 'primary IP',
  floating_ips: 'floating IP',
  actions: 'action',
}

export type RecordOf<K extends TableName> = State[K][number]

export const tableOf = <K extends TableName>({ store }: Cloud, table: K): Record<number, RecordOf<K>> =>
  store.state[table] as Record<number, RecordOf<K>>

export const notThere = (table: TableName, id: number): ApiError => notFound(`${nouns[table]} with ID '${id}'`)

/** @throws ApiError 404 */
export const getRecord = <K extends TableName>(cloud: Cloud, table: K, id: number): RecordOf<K> => {
  const record = tableOf(cloud, table)[id]
  if (!record) throw notThere(table, id)
  return record
}

export const recordOf = <K extends TableName>(cloud: Cloud, table: K, context: Context): RecordOf<K> =>
  getRecord(cloud, table, idParam(context))

/** @throws ApiError 409 when another object of the kind bears the name; not every kind has one. */
export const requireFreeName = (
  cloud: Cloud,
  table: TableName,
  { id, name }: { readonly id?: number; readonly name?: string },
): void => {
  const isTaken = (one: { readonly id: number; readonly name?: string }): boolean => one.name === name && one.id !== id
  if (name === undefined || !Object.values(tableOf(cloud, table)).some(isTaken)) return
  const prefix = table === 'servers' ? 'server name' : table === 'ssh_keys' ? 'SSH key name' : 'name'
  throw notUnique(`${prefix} is already used`)
}
