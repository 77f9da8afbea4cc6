import { connect } from 'node:net'
import { type Attempt, waitFor } from '../../clock.ts'
import { InfraError } from '../../errors.ts'
import { rawHostKey } from '../../ssh/known-hosts.ts'
import { SshError } from '../../ssh/ssh.ts'
import { readCloudInit } from '../cloud-init.ts'
import type { Report } from '../record.ts'
import { getServer, writeFacts } from '../servers.ts'
import type { RunWorld } from '../world.ts'

const readyTimeoutMs = 300_000
const pollMs = 300

/** Waits until the server can be configured: running, SSH with the pinned key, cloud-init finished. Then replaces its host key. */
export const awaitServer = async (world: RunWorld, name: string, report: Report): Promise<void> => {
  const { clock, signal } = world
  const options = { clock, signal, everyMs: pollMs, timeoutMs: readyTimeoutMs, onSeen: report }
  await waitFor(`${name} ready`, () => climbLadder(world, name, report), options)
  await rotateHostKey(world, name)
}

/** One rung after the other, so that a time-out says how far the machine came. */
const climbLadder = async (world: RunWorld, name: string, report: Report): Promise<Attempt<true>> => {
  const server = await getServer(world, name)
  if (server.status !== 'running') return { seen: `API says ${server.status}` }
  if (!server.privateIpv4) return { seen: 'API running, private network not attached' }
  if (!(await isOpen(server.ipv4, 22)))
    return { seen: 'API running, port 22 closed to us: it boots, or operatorNetworks lack the address you work from' }
  try {
    const state = await readCloudInit(world.ssh, server, { timeoutMs: readyTimeoutMs })
    if (state === 'running') return { seen: 'SSH works, cloud-init is at work' }
    if (state === 'recovered') report(`cloud-init is done, with errors it recovered from: cloud-init status --long`)
    return { done: true }
  } catch (error) {
    if (!(error instanceof SshError)) throw error
    return { seen: `API running, port 22 open, SSH: ${error.failure}` }
  }
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

const keyFile = '/etc/ssh/ssh_host_ed25519_key'
const prepareKey = `[ -f ${keyFile}.next ] || ssh-keygen -q -t ed25519 -N '' -C '' -f ${keyFile}.next; cat ${keyFile}.next.pub`
const installKey = `if [ -f ${keyFile}.next ]; then mv ${keyFile}.next.pub ${keyFile}.pub; mv ${keyFile}.next ${keyFile}; fi; systemctl reload ssh; cat ${keyFile}.pub`

/**
 * The first host key has been seen by the cloud and by its metadata service, so it is replaced by one made on the machine.
 * Both are in the labels before the machine changes over, so a crash between any two steps leaves it reachable.
 */
const rotateHostKey = async (world: RunWorld, name: string): Promise<void> => {
  const server = await getServer(world, name)
  if (!server.isFirstContact) return
  const [current = ''] = server.hostKeys
  const next = server.hostKeys[1] ?? rawHostKey(await world.ssh.run(server, ['sh', '-c', prepareKey]))
  const both = { ...server, hostKeys: [current, next] }
  await writeFacts(world, both)
  const installed = rawHostKey(await world.ssh.run(both, ['sh', '-c', installKey]))
  if (installed !== next) throw new InfraError(`${name}: its new SSH host key is not the one it announced`)
  await writeFacts(world, { ...server, hostKeys: [next], isFirstContact: false })
}
