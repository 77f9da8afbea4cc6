import type { Cloud } from './cloud.ts'
import { enforce } from './firewall-state.ts'
import { removeServer } from './servers.ts'

/**
 * After a restart: actions that were cut short have failed, except that a deletion is finished; servers are what their
 * machines are; machines that no server knows are removed.
 */
export const repair = async (cloud: Cloud): Promise<void> => {
  const { store, machines, clock } = cloud
  for (const action of Object.values(store.state.actions)) {
    if (action.status !== 'running') continue
    action.status = action.command === 'delete_server' ? 'success' : 'error'
    action.error =
      action.status === 'error' ? { code: 'unknown_error', message: 'interrupted by a restart of the cloud' } : null
    action.progress = 100
    action.finished = new Date(clock.now()).toISOString()
  }
  for (const server of Object.values(store.state.servers)) {
    if (server.status === 'deleting') await removeServer(cloud, server)
    else {
      server.private_net = server.private_net.filter(({ pending }) => !pending)
      server.status = (await machines.state(server.id)) === 'running' ? 'running' : 'off'
      if ((await machines.state(server.id)) !== 'absent') await enforce(cloud, server)
    }
  }
  for (const image of Object.values(store.state.images)) {
    if (image.status === 'creating') delete store.state.images[image.id]
  }
  const known = new Set(Object.keys(store.state.servers).map(Number))
  for (const id of await machines.list()) if (!known.has(id)) await machines.destroy(id)
  store.save()
}
