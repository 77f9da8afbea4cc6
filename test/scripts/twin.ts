import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { systemClock, waitFor } from '../../lib/clock.ts'
import { createHcloud, type Hcloud } from '../../lib/hcloud/client.ts'
import { expectScript } from './command.ts'

/** A local twin of its own for one test file, beside whatever else runs on this computer. */
export interface Twin {
  readonly state: string
  readonly envFile: string
  readonly cloud: Hcloud
  /** Has the emulated cloud misbehave; see local/cloud/faults. */
  fault(fault: object): Promise<void>
  clearFaults(): Promise<void>
  /** Cuts the power of a machine, or gives it back; the systems on it are not up at once. */
  power(server: string, state: 'on' | 'off'): Promise<void>
  readonly registrar: Service
  /** Has the registrar and the parent servers misbehave, or hurry; see local/internet/faults. */
  registrarFault(fault: object): Promise<void>
  clearRegistrarFaults(): Promise<void>
  /** Everything the cloud holds, to be compared before and after. */
  snapshot(): Promise<unknown>
  down(): Promise<void>
}

interface Service {
  readonly endpoint: string
  readonly token: string
}

const cutPower = async (cloud: Hcloud, { endpoint, token }: Service, server: string, state: 'on' | 'off') => {
  const { id } = (await cloud.servers.find(server)) ?? { id: 0 }
  const answer = await fetch(`${endpoint}/servers/${id}/actions/power${state}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  if (!answer.ok) throw new Error(`power ${state}: ${answer.status} ${await answer.text()}`)
  const wanted = { on: 'running', off: 'off' }[state]
  await waitFor(
    `${server} is ${wanted}`,
    async () => {
      const { status } = await cloud.servers.get(id)
      return status === wanted ? { done: undefined } : { seen: status }
    },
    { clock: systemClock, everyMs: 200, timeoutMs: 30_000 },
  )
}

const callFaults = async ({ endpoint, token }: Service, method: string, body?: object): Promise<void> => {
  const answer = await fetch(new URL('/faults', endpoint), {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!answer.ok) throw new Error(`faults: ${answer.status} ${await answer.text()}`)
}

/** Days of work in minutes: the rate limit is for the tests that are about it. */
const unlimited = { TWIN_REQUESTS_PER_HOUR: '1000000' }

/** @param options of local-up */
export const startTwin = async (...options: readonly string[]): Promise<Twin> => {
  const state = mkdtempSync(path.join(tmpdir(), 'twin-'))
  try {
    await expectScript(0, 'local-up', ['--state', state, ...options], unlimited)
  } catch (error) {
    await stopTwin(state)
    throw error
  }
  const envFile = path.join(state, 'twin.env')
  const env = parseEnv(readFileSync(envFile, 'utf8'))
  const api = { endpoint: env.HCLOUD_ENDPOINT ?? '', token: env.HCLOUD_TOKEN ?? '' }
  const registrar = { endpoint: env.REGISTRAR_ENDPOINT ?? '', token: env.REGISTRAR_TOKEN ?? '' }
  const cloud = createHcloud(api)
  return {
    state,
    envFile,
    cloud,
    fault: (fault) => callFaults(api, 'POST', fault),
    clearFaults: () => callFaults(api, 'DELETE'),
    power: (server, state) => cutPower(cloud, api, server, state),
    registrar,
    registrarFault: (fault) => callFaults(registrar, 'POST', fault),
    clearRegistrarFaults: () => callFaults(registrar, 'DELETE'),
    snapshot: () =>
      Promise.all([
        cloud.servers.list(),
        cloud.networks.list(),
        cloud.firewalls.list(),
        cloud.sshKeys.list(),
        cloud.placementGroups.list(),
      ]),
    down: () => stopTwin(state),
  }
}

const stopTwin = async (state: string): Promise<void> => {
  await expectScript(0, 'local-down', ['--state', state])
  rmSync(state, { recursive: true, force: true })
}
