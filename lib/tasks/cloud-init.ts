import { InfraError } from '../errors.ts'
import { parseServerName } from '../fleet/names.ts'
import { type Ssh, SshError, type SshHost } from '../ssh/ssh.ts'

/** `recovered`: done, with errors that did no harm, such as deprecated keys in the provider's own data. */
export type CloudInitState = 'running' | 'done' | 'recovered'

/**
 * Waits for the end of cloud-init on a server. From version 23.4 on it ends with 2 when it is done and has recovered from errors
 * (https://docs.cloud-init.io/en/latest/explanation/return_codes.html).
 * @throws InfraError when it failed; SshError when there is no way to the server.
 */
export const readCloudInit = async (
  ssh: Pick<Ssh, 'run'>,
  server: SshHost,
  options: { readonly timeoutMs: number },
): Promise<CloudInitState> => {
  try {
    return isDone(await ssh.run(server, ['cloud-init', 'status', '--wait'], options)) ? 'done' : 'running'
  } catch (error) {
    if (!(error instanceof SshError) || error.failure !== 'command') throw error
    if (error.command?.exitStatus === 2 && isDone(error.command.stdout)) return 'recovered'
    throw cloudInitError(server, error)
  }
}

const isDone = (output: string): boolean => /^status: done/m.test(output)

const cloudInitError = ({ name }: SshHost, error: SshError): InfraError =>
  new InfraError(`${name}: cloud-init failed: ${error.stderr || error.command?.stdout.trim() || error.message}`, {
    hint: `Look at /var/log/cloud-init.log on ${name}; ${wayToAnother(name)}.`,
    cause: error,
  })

/** How to have the server made anew. */
const wayToAnother = (name: string): string => {
  const { role, phase } = parseServerName(name) ?? {}
  if (phase !== 'next') return `to have it made anew, delete ${name} in the cloud console and run again`
  return role === 'lb' ? 'rotate-lbs --abandon removes the new lbs' : 'deploy-infra --fresh begins with new nameservers'
}
