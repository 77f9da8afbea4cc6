import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { CloudOptions } from '../../../local/cloud/app.ts'
import { type RunningCloud, startCloud } from '../../../local/cloud/serve.ts'
import { type State, type TableName, tableNames } from '../../../local/cloud/state.ts'
import { createStore } from '../../../local/cloud/store.ts'
import { createFakeMachines, type FakeMachine } from '../../../local/machines/fake.ts'
import { createHeldClock } from './held-clock.ts'
import { makeDirectory } from './process.ts'

/** What the API answered; `body` is as loose as JSON. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what is being tested
  readonly body: any
}

export const pools = { ipv4: '198.18.1.0/24', ipv6: '2001:2:0:100::/56' }

/** An emulated cloud on a real socket, with machines that only remember, and a plain way to talk to it. */
export interface Probe {
  readonly cloud: RunningCloud
  readonly machines: Map<number, FakeMachine>
  call(method: string, path: string, body?: unknown): Promise<Reply>
  /** Lets all actions end, then GETs. */
  settled(path?: string): Promise<Reply>
  close(): Promise<void>
  fault(fault: unknown): Promise<void>
}

/** @param options besides the usual; actions end when `settled` is called, not before */
export const startProbe = async (options: Partial<CloudOptions> = {}): Promise<Probe> => {
  const machines = new Map<number, FakeMachine>()
  const clock = createHeldClock()
  const kept = options.store || options.stateFile ? undefined : keepState()
  const store = kept ? { store: kept.store } : {}
  const cloud = await startCloud({ machines: createFakeMachines(machines), pools, clock, ...store, ...options })
  const call: Probe['call'] = (method, path, body) => request(`${cloud.endpoint}${path}`, method, body)
  return {
    cloud,
    machines,
    call,
    settled: async (path = '/servers') => {
      await clock.open(cloud.settled)
      return call('GET', path)
    },
    close: async () => {
      await clock.open(cloud.settled)
      await cloud.close()
      kept?.verify()
    },
    fault: async (fault) => {
      const { status, text } = await request(cloud.endpoint.replace('/v1', '/faults'), 'POST', fault)
      if (status !== 201) throw new Error(text)
    },
  }
}

/** State in a file of its own. Whatever a test does, the file has to say what the memory does when it is over. */
const keepState = () => {
  const { directory, remove } = makeDirectory()
  const file = path.join(directory, 'cloud.json')
  const store = createStore(file)
  return {
    store,
    verify: (): void => {
      const read = createStore(file).state
      remove()
      const plain = (state: State, table: TableName): unknown => JSON.parse(JSON.stringify(state[table]))
      const missed = tableNames.filter((table) => !isDeepStrictEqual(plain(read, table), plain(store.state, table)))
      if (missed.length > 0) throw new Error(`not saved: ${missed.join(', ')}`)
    },
  }
}

export const request = async (url: string, method: string, body?: unknown, token = 'any'): Promise<Reply> => {
  const answer = await fetch(url, {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json')
  return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : undefined }
}

/** What has to be given to create a server. */
export const server = (name: string, more: object = {}) => ({
  name,
  server_type: 'cpx22',
  image: 'debian-12',
  location: 'fsn1',
  ...more,
})

export const network = {
  name: 'net',
  ip_range: '10.0.0.0/16',
  subnets: [{ type: 'cloud', network_zone: 'eu-central' }],
}

export const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINhuvs2v27z2pT+zpZqCtP63eqibTsF/ZCuWSut5Gmoj rehearsal@example.test'

/** `409 uniqueness_error`, to compare refusals at a glance. */
export const refusal = ({ status, body }: Reply): string => `${status} ${body?.error?.code}`

export const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isSo()) return
    await delay(10)
  }
  throw new Error('it never came to be so')
}
