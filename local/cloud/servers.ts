import type { Hono } from 'hono'
import { z } from 'zod'
import { removeBackups } from './backups.ts'
import { hostName, labels } from './body.ts'
import type { Cloud } from './cloud.ts'
import { addCollection, type Collection } from './collection.ts'
import { createServer } from './create-server.ts'
import { requireUnprotected } from './errors.ts'
import { enforceAll } from './firewall-state.ts'
import { releasePrimaryIps } from './public-ips.ts'
import { addServerActions } from './server-actions.ts'
import type { ActionRecord, ServerRecord } from './state.ts'
import { viewServer } from './views.ts'

/** The machine goes first; name and addresses are free when it is gone. */
export const removeServer = async (cloud: Cloud, server: ServerRecord): Promise<void> => {
  const { state } = cloud.store
  await cloud.machines.destroy(server.id)
  await removeBackups(cloud, server.id)
  for (const floating of Object.values(state.floating_ips)) {
    if (floating.server !== server.id) continue
    floating.server = null
    cloud.store.touch('floating_ips', floating.id)
  }
  releasePrimaryIps(cloud, server)
  delete state.servers[server.id]
}

/** Answers with an action, at whose end the server is gone. */
const deletion = (cloud: Cloud, server: ServerRecord): ActionRecord => {
  const before = server.status
  // a server that could not be deleted must not be taken for one whose deletion was cut short by a restart
  const undo = (): void => {
    server.status = before
  }
  server.status = 'deleting'
  const about = [{ id: server.id, type: 'server' }]
  return cloud.actions.run('delete_server', about, () => removeServer(cloud, server), undo)
}

/** All that the API knows, also those that no server here ever has. */
const statuses = [
  'running',
  'initializing',
  'starting',
  'stopping',
  'off',
  'deleting',
  'migrating',
  'rebuilding',
  'unknown',
]

const servers: Collection<'servers'> = {
  table: 'servers',
  filters: { status: statuses },
  view: viewServer,
  change: z.object({ name: hostName.optional(), labels }),
  changed: async (cloud, body) => {
    const isSelected = Object.values(cloud.store.state.firewalls).some(({ selectors }) => selectors.length > 0)
    if (body.labels && isSelected) await enforceAll(cloud)
  },
  requireDeletable: ({ actions }, server) => {
    requireUnprotected('server deletion is protected', server)
    actions.requireUnlocked(server.id)
  },
  remove: deletion,
}

export const addServers = (app: Hono, cloud: Cloud): void => {
  addCollection(app, cloud, servers)
  app.post('/servers', (c) => createServer(c, cloud))
  addServerActions(app, cloud)
}
