import { isAddress } from '../ip.ts'
import { type Ssh, SshError, type SshHost } from './ssh.ts'

/**
 * The address that a machine sees us at (`SSH_CONNECTION`, ssh(1)). Behind NAT no address of this computer itself is that one.
 * @returns undefined when the machine cannot be reached.
 */
export const readOwnAddress = async (ssh: Ssh, host: SshHost): Promise<string | undefined> => {
  try {
    const [address = ''] = (await ssh.run(host, ['printenv', 'SSH_CONNECTION'])).split(' ')
    return isAddress(address) ? address : undefined
  } catch (error) {
    if (error instanceof SshError && error.failure !== 'command') return undefined
    throw error
  }
}
