import { InfraError } from '../../errors.ts'
import { rawHostKey } from '../../ssh/known-hosts.ts'
import { untilBooted, untilReady } from '../readiness.ts'
import type { Report } from '../record.ts'
import { getServer, writeFacts } from '../servers.ts'
import type { RunWorld } from '../world.ts'

/** Waits until the server can be reached, then replaces its host key. */
export const awaitServer = async (world: RunWorld, name: string, report: Report): Promise<void> => {
  const read = async () => {
    const server = await getServer(world, name)
    return { ...server, lacks: server.privateIpv4 ? undefined : 'private network not attached' }
  }
  await untilReady(world, read, report)
  await rotateHostKey(world, name)
}

/** By then nothing on the machine works against what is configured, and all that was asked for at its making is done. */
export const awaitCloudInit = async (world: RunWorld, name: string, report: Report): Promise<void> =>
  untilBooted(world, await getServer(world, name), report)

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
