import { connect } from 'node:net'
import { type Attempt, waitFor } from '../clock.ts'
import { SshError, type SshHost } from '../ssh/ssh.ts'
import { readCloudInit } from './cloud-init.ts'
import type { Report } from './record.ts'
import type { RunWorld } from './world.ts'

const readyTimeoutMs = 300_000
const pollMs = 300

/** What the cloud says of a machine that is being made. */
export interface Booting extends SshHost {
  readonly status: string
  /** What it still lacks; the end of a sentence. */
  readonly lacks?: string | undefined
}

/**
 * Waits until a machine can be reached: running, SSH with the pinned key. Its cloud-init may still be at work.
 * @param read looks at it anew
 * @throws InfraError when cloud-init has failed by then, and after five minutes, saying how far it came.
 */
export const untilReady = async (world: RunWorld, read: () => Promise<Booting>, report: Report): Promise<void> => {
  const { clock, signal } = world
  const { name } = await read()
  const options = { clock, signal, everyMs: pollMs, timeoutMs: readyTimeoutMs, onSeen: report }
  await waitFor(`${name} ready`, async () => climbLadder(world, await read()), options)
}

/** One rung after the other, so that a time-out says how far the machine came. */
const climbLadder = async (world: RunWorld, server: Booting): Promise<Attempt<true>> => {
  if (server.status !== 'running') return { seen: `API says ${server.status}` }
  if (server.lacks) return { seen: `API running, ${server.lacks}` }
  if (!(await isOpen(server.ipv4, 22)))
    return { seen: 'API running, port 22 closed to us: it boots, or operatorNetworks lack the address you work from' }
  try {
    // one whose boot has failed already is not worth a configuration
    await readCloudInit(world.ssh, server, { timeoutMs: readyTimeoutMs, waits: false })
    return { done: true }
  } catch (error) {
    if (!(error instanceof SshError)) throw error
    return { seen: `API running, port 22 open, SSH: ${error.failure}` }
  }
}

/**
 * Waits for the end of cloud-init on a machine that can be reached.
 * @throws InfraError when it failed, or after five minutes.
 */
export const untilBooted = async (world: RunWorld, server: SshHost, report: Report): Promise<void> => {
  const { clock, signal } = world
  const look = async (): Promise<Attempt<true>> => {
    const state = await readCloudInit(world.ssh, server, { timeoutMs: readyTimeoutMs })
    if (state === 'running') return { seen: 'cloud-init is at work' }
    if (state === 'recovered') report(`cloud-init is done, with errors it recovered from: cloud-init status --long`)
    return { done: true }
  }
  await waitFor(`cloud-init on ${server.name}`, look, {
    clock,
    signal,
    everyMs: pollMs,
    timeoutMs: readyTimeoutMs,
    onSeen: report,
  })
}

const isOpen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const end = (open: boolean): void => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
