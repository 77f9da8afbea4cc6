import { type ActionRecord, emptyState, type ServerRecord, type State } from '../../local/cloud/state.ts'

const created = '2026-11-28T00:00:00Z'
const rounded = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const serverRecord = (id: number): ServerRecord => ({
  id,
  name: `server-${id}`,
  status: 'off',
  created,
  labels: { role: 'nameserver', number: String(id) },
  server_type: 'cpx22',
  image: 114690387,
  location: 'fsn1',
  placement_group: null,
  protection: { delete: false, rebuild: false },
  primary_ips: { ipv4: id + 1_000_000, ipv6: null },
  private_net: [],
  firewalls: [],
  mac: '96:00:00:00:00:01',
  user_data: '#cloud-config\n'.repeat(20),
  ssh_keys: [],
})

const actionRecord = (id: number, server: number): ActionRecord => ({
  id,
  command: 'reboot_server',
  status: 'success',
  progress: 100,
  started: rounded(Date.now() - 60_000),
  finished: rounded(Date.now() - 30_000),
  resources: [{ id: server, type: 'server' }],
  error: null,
})

/**
 * What a cloud remembers that has so many servers, and began so many actions on them in the last minutes. Their addresses are not of the
 * pool, which has to have some left for those that are created.
 */
export const fullState = ({ servers, actions }: { readonly servers: number; readonly actions: number }): State => {
  const state = emptyState()
  for (let count = 0; count < servers; count += 1) {
    state.nextId += 1
    const server = serverRecord(state.nextId)
    const ip = server.primary_ips.ipv4 ?? 0
    state.servers[server.id] = server
    state.primary_ips[ip] = {
      id: ip,
      name: `ip-${ip}`,
      labels: {},
      created,
      type: 'ipv4',
      ip: `198.19.${Math.floor(count / 250)}.${count % 250}`,
      location: 'fsn1',
      assignee_id: server.id,
      auto_delete: true,
      dns_ptr: [],
      protection: { delete: false },
    }
  }
  const ids = Object.keys(state.servers).map(Number)
  for (let count = 0; count < actions; count += 1) {
    state.nextActionId += 1
    state.actions[state.nextActionId] = actionRecord(state.nextActionId, ids[count % ids.length] ?? 0)
  }
  return state
}
