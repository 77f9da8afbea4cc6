import type { Action, FloatingIp, Labels, Server } from '../../../lib/hcloud/types.ts'

export const serverId = 130_000_001

export const action = (id: number, overrides: Partial<Action> = {}): Action => ({
  id,
  command: 'create_server',
  status: 'running',
  progress: 0,
  started: '2026-07-01T00:00:00Z',
  finished: null,
  resources: [{ id: serverId, type: 'server' }],
  error: null,
  ...overrides,
})

export const done = (id: number, overrides: Partial<Action> = {}): Action =>
  action(id, { status: 'success', progress: 100, finished: '2026-07-01T00:00:01Z', ...overrides })

export const failed = (id: number, overrides: Partial<Action> = {}): Action =>
  action(id, { status: 'error', error: { code: 'unknown_error', message: 'server is locked' }, ...overrides })

interface ServerFields {
  readonly id?: number
  readonly name?: string
  readonly status?: Server['status']
  readonly labels?: Labels
  readonly private_net?: Server['private_net']
  readonly public_net?: Pick<Server['public_net'], 'firewalls'>
}

/** What the client looks at of a server. */
export const server = (fields: ServerFields = {}): ServerFields => ({
  id: serverId,
  name: 'ns1-next',
  status: 'running',
  labels: { project: 'dns', generation: '1700000000' },
  private_net: [],
  public_net: { firewalls: [] },
  ...fields,
})

export const floatingIp = (fields: Partial<FloatingIp> = {}): Partial<FloatingIp> => ({
  id: 7,
  name: 'lb1',
  ip: '198.18.0.200',
  server: null,
  labels: {},
  ...fields,
})
