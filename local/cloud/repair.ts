import type { Cloud } from './cloud.ts'
import { enforce } from './firewall-state.ts'
import { removeServer } from './servers.ts'
import type { ActionRecord, ServerRecord } from './state.ts'

/**
 * After a restart: deletions are finished, all other actions that were cut short have failed; servers are what their
 * machines are; machines that no server knows are removed.
 */
export const repair = async (cloud: Cloud): Promise<void> => {
  const { store, machines } = cloud
  for (const server of Object.values(store.state.servers)) {
    if (server.status === 'deleting') await removeServer(cloud, server).catch(reportFailure)
    if (server.id in store.state.servers) await adopt(cloud, server)
  }
  for (const action of Object.values(store.state.actions)) if (action.status === 'running') endAction(cloud, action)
  for (const image of Object.values(store.state.images)) {
    if (image.status === 'creating') delete store.state.images[image.id]
  }
  const known = new Set(Object.keys(store.state.servers).map(Number))
  for (const id of await machines.list()) if (!known.has(id)) await machines.destroy(id)
  store.touchAll()
  store.save()
}

const adopt = async (cloud: Cloud, server: ServerRecord): Promise<void> => {
  const state = await cloud.machines.state(server.id)
  server.private_net = server.private_net.filter(({ pending }) => !pending)
  server.status = state === 'running' ? 'running' : 'off'
  if (state !== 'absent') await enforce(cloud, server)
}

/** One machine that cannot be removed is no reason to keep the whole cloud down; its server can be deleted again. */
const reportFailure = (error: unknown): void => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
}

const endAction = ({ store, actions }: Cloud, action: ActionRecord): void => {
  const isGone = action.resources.some(({ type, id }) => type === 'server' && !(id in store.state.servers))
  const isDone = action.command === 'delete_server' && isGone
  actions.end(action, isDone ? null : { code: 'unknown_error', message: 'interrupted by a restart of the cloud' })
}
