import { InfraError } from '../errors.ts'
import { parseServerName } from '../fleet/names.ts'
import { type Ssh, SshError, type SshHost } from '../ssh/ssh.ts'

/** `recovered`: done, with errors that did no harm, such as deprecated keys in the provider's own data. */
export type CloudInitState = 'running' | 'done' | 'recovered'

interface CloudInitOptions {
  readonly timeoutMs: number
  /** For its end; without it, what is so now. Default true. */
  readonly waits?: boolean
}

/**
 * Waits for the end of cloud-init on a server. From version 23.4 on it ends with 2 when it has recovered from errors
 * (https://docs.cloud-init.io/en/latest/explanation/return_codes.html).
 * @throws InfraError when it failed; SshError when there is no way to the server.
 */
export const readCloudInit = async (
  ssh: Pick<Ssh, 'run'>,
  server: SshHost,
  { timeoutMs, waits = true }: CloudInitOptions,
): Promise<CloudInitState> => {
  try {
    const command = ['cloud-init', 'status', ...(waits ? ['--wait'] : [])]
    return isDone(await ssh.run(server, command, { timeoutMs })) ? 'done' : 'running'
  } catch (error) {
    if (!(error instanceof SshError) || error.failure !== 'command') throw error
    const { exitStatus, stdout = '' } = error.command ?? {}
    if (exitStatus === 2 && isDone(stdout)) return 'recovered'
    if (exitStatus === 2 && isRunning(stdout)) return 'running'
    throw cloudInitError(server, error)
  }
}

const isDone = (output: string): boolean => /^status: done/m.test(output)
const isRunning = (output: string): boolean => /^status: (running|not (run|started))/m.test(output)

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
