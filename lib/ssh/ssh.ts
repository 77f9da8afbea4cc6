import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { InfraError } from '../errors.ts'
import { type ProgramResult, runProgram } from '../outside/program.ts'
import { hostAlias, knownHostsLine } from './known-hosts.ts'
import { quotePath, quoteWord } from './quote.ts'

/** A machine whose identity is known before the first connection. */
export interface SshHost {
  readonly name: string
  /** Id of the server: addresses are reused, ids are not. */
  readonly id: number
  readonly ipv4: string
  /** Raw ed25519 public keys, base64url: any of them may answer. */
  readonly hostKeys: readonly string[]
}

export interface Ssh {
  /** Options for ssh that pin the host key and share one connection; also what Ansible is given. */
  options(host: SshHost): Promise<readonly string[]>
  /**
   * Runs a command as root. The words are quoted for the remote shell.
   * @returns stdout.
   * @throws SshError when it fails or does not end within `timeoutMs` (default 60 s); ProgramMissing without ssh.
   */
  run(host: SshHost, command: readonly string[], options?: { readonly timeoutMs?: number }): Promise<string>
  /** Ends shared connections and removes the run's known_hosts. */
  close(): Promise<void>
}

/** `failure` says which side failed: the way to the host, or the command on it. */
export class SshError extends InfraError {
  readonly failure: 'host-key' | 'refused' | 'unreachable' | 'denied' | 'command' | 'timeout'
  readonly stderr: string
  /** Of a command that failed: what it ended with and what it had printed by then. */
  readonly command: { readonly exitStatus: number; readonly stdout: string } | undefined

  constructor(
    message: string,
    details: { failure: SshError['failure']; stderr: string; hint?: string; command?: SshError['command'] },
  ) {
    super(message, details.hint ? { hint: details.hint } : {})
    this.failure = details.failure
    this.stderr = details.stderr
    this.command = details.command
  }
}

const missing = { means: 'no machine can be reached', remedy: 'Install it: apt-get install openssh-client' }

const ssh = (words: readonly string[], timeoutMs: number): Promise<ProgramResult> =>
  runProgram(['ssh', ...words], { timeoutMs, missing })

const closeTimeoutMs = 10_000

/**
 * Connections that are verified from the first one on. Strict checking is never off and `~/.ssh/known_hosts` never touched.
 * @param publicKeyFile the operator's key; the private half lies beside it, or in the agent.
 */
export const createSsh = async (publicKeyFile: string): Promise<Ssh> => {
  const directory = await mkdtemp(path.join(shortFolder(), 'dns-'))
  const privateKeyFile = publicKeyFile.replace(/\.pub$/, '')
  const identity = existsSync(privateKeyFile) ? privateKeyFile : publicKeyFile
  const masters = new Map<string, readonly string[]>()
  const written = new Map<string, { readonly lines: string; readonly done: Promise<void> }>()

  const options: Ssh['options'] = async (host) => {
    const alias = hostAlias(host)
    const knownHosts = path.join(directory, alias)
    const lines = host.hostKeys.map((key) => `${knownHostsLine(alias, key)}\n`).join('')
    // once, also when several ask at the same time, and as a whole: a connection that is being made must not read half a file
    if (written.get(alias)?.lines !== lines) written.set(alias, { lines, done: replaceFile(knownHosts, lines) })
    await written.get(alias)?.done
    const argv = sshOptions({ alias, knownHosts, identity, controlPath: path.join(directory, `${host.id}.s`) })
    masters.set(host.ipv4, argv)
    return argv
  }
  const run: Ssh['run'] = async (host, command, { timeoutMs = 60_000 } = {}) => {
    const argv = [...(await options(host)), `root@${host.ipv4}`, '--', command.map(quoteWord).join(' ')]
    const result = await ssh(argv, timeoutMs)
    if (result.exitCode === 0) return result.stdout
    throw sshError(host, command, result)
  }
  const close: Ssh['close'] = async () => {
    const ends = [...masters].map(([address, argv]) => ssh([...argv, '-O', 'exit', `root@${address}`], closeTimeoutMs))
    await Promise.allSettled(ends)
    await rm(directory, { recursive: true, force: true })
  }
  return { options, run, close }
}

const replaceFile = async (file: string, text: string): Promise<void> => {
  const anew = `${file}.${randomUUID()}`
  await writeFile(anew, text)
  await rename(anew, file)
}

/** A control socket's path may have 104 characters at most, of which ssh and we need some fifty. */
const shortFolder = (): string => (tmpdir().length > 50 ? '/tmp' : tmpdir())

const sshOptions = (paths: { alias: string; knownHosts: string; identity: string; controlPath: string }): string[] => {
  const settings = {
    BatchMode: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: quotePath(paths.knownHosts),
    GlobalKnownHostsFile: '/dev/null',
    HostKeyAlias: paths.alias,
    HostKeyAlgorithms: 'ssh-ed25519',
    UpdateHostKeys: 'no',
    CheckHostIP: 'no',
    IdentitiesOnly: 'yes',
    IdentityFile: quotePath(paths.identity),
    ConnectTimeout: '5',
    ServerAliveInterval: '5',
    ServerAliveCountMax: '6',
    ControlMaster: 'auto',
    ControlPath: quotePath(paths.controlPath),
    ControlPersist: '60',
    LogLevel: 'ERROR',
  }
  return ['-F', 'none', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])]
}

const sshError = (host: SshHost, command: readonly string[], result: ProgramResult): SshError => {
  const stderr = result.stderr.trim()
  const where = `${host.name} (${host.ipv4})`
  if (result.isTimedOut) {
    return new SshError(`${where}: \`${command.join(' ')}\` did not end in time`, { failure: 'timeout', stderr })
  }
  if (result.exitCode !== null && result.exitCode !== 255) {
    const text = stderr === '' ? `exit status ${result.exitCode}` : stderr
    return new SshError(`${where}: \`${command.slice(0, 4).join(' ')}\` failed: ${text}`, {
      failure: 'command',
      stderr,
      command: { exitStatus: result.exitCode, stdout: result.stdout },
    })
  }
  return new SshError(
    `${where}: no SSH connection: ${stderr || (result.exitCode === null ? 'ssh was ended' : 'closed')}`,
    {
      failure: connectionFailure(stderr),
      stderr,
    },
  )
}

/** ssh tells these apart in its text only. */
const connectionFailure = (stderr: string): SshError['failure'] => {
  if (/Host key verification failed|IDENTIFICATION HAS CHANGED/.test(stderr)) return 'host-key'
  if (/Permission denied/.test(stderr)) return 'denied'
  if (/Connection refused/.test(stderr)) return 'refused'
  return 'unreachable'
}
