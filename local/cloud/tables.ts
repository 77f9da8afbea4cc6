import type { Context } from 'hono'
import { idParam } from './body.ts'
import type { Cloud } from './cloud.ts'
import { notFound, notUnique } from './errors.ts'
import type { State } from './state.ts'

type TableName = Exclude<keyof State, 'nextId' | 'nextActionId'>

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

/** @throws ApiError 404 */
export const getRecord = <K extends TableName>({ store }: Cloud, table: K, id: number): State[K][number] => {
  const record = store.state[table][id]
  if (!record) throw notFound(`${nouns[table]} with ID '${id}'`)
  return record as State[K][number]
}

export const recordOf = <K extends TableName>(cloud: Cloud, table: K, context: Context): State[K][number] =>
  getRecord(cloud, table, idParam(context))

/** @throws ApiError 409 when another object of the kind bears the name. */
export const requireFreeName = (
  { store }: Cloud,
  table: Exclude<TableName, 'actions' | 'images'>,
  name: string,
  own?: number,
): void => {
  const taken = Object.values(store.state[table]).some((one) => one.name === name && one.id !== own)
  if (!taken) return
  const prefix = table === 'servers' ? 'server name' : table === 'ssh_keys' ? 'SSH key name' : 'name'
  throw notUnique(`${prefix} is already used`)
}
