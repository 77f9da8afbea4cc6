import { randomBytes } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { knownHostsLine } from '../../lib/ssh/known-hosts.ts'
import { type Ssh, SshError, type SshHost } from '../../lib/ssh/ssh.ts'
import { LbRefusal, type LbState, runDnsLb } from './dns-lb.ts'
import type { Machine } from './machine.ts'
import type { Site } from './site.ts'

export interface ScriptedSsh {
  readonly site: Site
  readonly clock: Clock
}

/** SSH to the machines of a site: knows the commands that are asked for, and refuses a machine with another host key than the one named. */
export const createScriptedSsh = ({ site, clock }: ScriptedSsh): Ssh => ({
  options: async ({ hostKeys }) => hostKeys.flatMap((key) => ['-o', `HostKey=${key}`]),
  run: async (host, command) => {
    const machine = connect(site, host)
    if (machine.faults.slowMs) await clock.sleep(machine.faults.slowMs)
    const session = { site, machine, host }
    requireGranted(session, command)
    return execute(session, command)
  },
  close: async () => undefined,
})

const failure = (host: SshHost, kind: 'unreachable' | 'host-key', stderr: string): SshError =>
  new SshError(`${host.name} (${host.ipv4}): no SSH connection: ${stderr}`, { failure: kind, stderr })

const commandFailure = (host: SshHost, exitStatus: number, stderr: string): SshError =>
  new SshError(`${host.name} (${host.ipv4}): a command failed: ${stderr}`, {
    failure: 'command',
    stderr,
    command: { exitStatus, stdout: '' },
  })

const connect = (site: Site, host: SshHost): Machine => {
  const machine = site.findByAddress(host.ipv4)
  if (!machine || machine.faults.isUnreachable) throw failure(host, 'unreachable', 'No route to host')
  if (!host.hostKeys.includes(machine.hostKey)) throw failure(host, 'host-key', 'Host key verification failed.')
  return machine
}

interface Session {
  readonly site: Site
  readonly machine: Machine
  readonly host: SshHost
}

/** A refusal is for once. */
const requireGranted = ({ site, machine, host }: Session, command: readonly string[]): void => {
  const { refusals } = machine.faults
  const found = [...(refusals ?? [])].find(([beginning]) => command.join(' ').startsWith(beginning))
  if (!found) return
  const rest = new Map([...(refusals ?? [])].filter((one) => one !== found))
  void site.change(machine.id, { faults: { ...machine.faults, refusals: rest } })
  throw commandFailure(host, 1, found[1])
}

const execute = async (session: Session, command: readonly string[]): Promise<string> => {
  const [program = '', ...words] = command
  if (command.join(' ') === 'printenv SSH_CONNECTION') return connectionOf(session)
  if (program === 'true') return ''
  if (program === 'cloud-init') return 'status: done\n'
  if (program === 'dns-lb' && session.machine.lb) return dnsLb(session, session.machine.lb, words)
  if (program === 'sh' && words[1]?.includes('ssh-keygen')) return prepareKey(session)
  if (program === 'sh' && words[1]?.includes('systemctl reload ssh')) return installKey(session)
  if (program === 'sh' && words[1]?.includes('cat --')) return printFiles(session, words.slice(3))
  if (program === 'named-checkconf' && session.machine.nameserver) return listZones(session.machine.nameserver)
  throw commandFailure(session.host, 127, `bash: line 1: ${program}: command not found`)
}

/** As sshd sets it (ssh(1)): client and its port, server and its port. */
const connectionOf = ({ machine, host }: Session): string =>
  `${machine.faults.seesUsAt ?? '198.18.0.1'} 40000 ${host.ipv4} 22\n`

const dnsLb = async ({ site, machine, host }: Session, lb: LbState, words: readonly string[]): Promise<string> => {
  try {
    const printed = JSON.stringify(runDnsLb(lb, words, site.lbEffects(machine.id)))
    // what listens may be another set of ports now
    await site.change(machine.id, {})
    return printed
  } catch (error) {
    if (error instanceof LbRefusal) throw commandFailure(host, error.exitStatus, `dns-lb: ${error.message}`)
    throw error
  }
}

/** As `named-checkconf -l` prints them. */
const listZones = ({ zones }: NonNullable<Machine['nameserver']>): string =>
  zones.map(({ origin }) => `${origin} IN _default primary\n`).join('')

const printFiles = ({ host, machine }: Session, files: readonly string[]): string =>
  files
    .map((file) => {
      const text = machine.nameserver?.texts.get(`${file.replace('/etc/bind/db.', '')}.`)
      if (text === undefined) throw commandFailure(host, 1, `cat: ${file}: No such file or directory`)
      return `${text}\0`
    })
    .join('')

const publicKey = (raw: string): string => `${knownHostsLine('', raw).trim()}\n`

const prepareKey = async ({ site, machine }: Session): Promise<string> => {
  const nextHostKey = machine.nextHostKey ?? randomBytes(32).toString('base64url')
  await site.change(machine.id, { nextHostKey })
  return publicKey(nextHostKey)
}

const installKey = async ({ site, machine }: Session): Promise<string> => {
  const hostKey = machine.nextHostKey ?? machine.hostKey
  await site.change(machine.id, { hostKey, nextHostKey: undefined })
  return publicKey(hostKey)
}
