import type { Hono } from 'hono'
import { z } from 'zod'
import { labels, readBody, serverName } from './body.ts'
import type { Cloud } from './cloud.ts'
import { createServer } from './create-server.ts'
import { isProtected } from './errors.ts'
import { enforceAll } from './firewall-state.ts'
import { paged, selected } from './listing.ts'
import { releasePrimaryIps } from './public-ips.ts'
import { addServerActions } from './server-actions.ts'
import type { ServerRecord } from './state.ts'
import { recordOf, requireFreeName } from './tables.ts'
import { viewServer } from './views.ts'

const change = z.object({ name: serverName.optional(), labels })

/** The machine goes first; name and addresses are free when it is gone. */
export const removeServer = async (cloud: Cloud, server: ServerRecord): Promise<void> => {
  const { state } = cloud.store
  await cloud.machines.destroy(server.id)
  for (const floating of Object.values(state.floating_ips)) if (floating.server === server.id) floating.server = null
  releasePrimaryIps(cloud, server)
  delete state.servers[server.id]
}

export const addServers = (app: Hono, cloud: Cloud): void => {
  const { store, actions } = cloud
  const all = () => Object.values(store.state.servers)
  app.get('/servers', (c) =>
    paged(
      c,
      'servers',
      selected(c, all(), ['status']).map((server) => viewServer(cloud, server)),
    ),
  )
  app.get('/servers/:id{[0-9]+}', (c) => c.json({ server: viewServer(cloud, recordOf(cloud, 'servers', c)) }))
  app.post('/servers', (c) => createServer(c, cloud))
  app.put('/servers/:id{[0-9]+}', async (c) => {
    const server = recordOf(cloud, 'servers', c)
    const body = await readBody(c, change)
    if (body.name !== undefined) {
      requireFreeName(cloud, 'servers', body.name, server.id)
      server.name = body.name
    }
    if (body.labels) {
      server.labels = body.labels
      if (Object.values(store.state.firewalls).some(({ selectors }) => selectors.length > 0)) await enforceAll(cloud)
    }
    store.save()
    return c.json({ server: viewServer(cloud, server) })
  })
  app.delete('/servers/:id{[0-9]+}', (c) => {
    const server = recordOf(cloud, 'servers', c)
    if (server.protection.delete) throw isProtected('server')
    actions.requireUnlocked(server.id)
    const before = server.status
    // a server that could not be deleted must not be taken for one whose deletion was cut short by a restart
    const undo = (): void => {
      server.status = before
    }
    server.status = 'deleting'
    const about = [{ id: server.id, type: 'server' }]
    const action = actions.run('delete_server', about, () => removeServer(cloud, server), undo)
    return c.json({ action })
  })
  addServerActions(app, cloud)
}
