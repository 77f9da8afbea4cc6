import path from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import { InfraError } from '../../lib/errors.ts'
import type { TwinLayout } from '../layout.ts'
import type { Backend } from '../machines/backends.ts'
import { endProcesses, findProcesses, type Recognise, startService } from './processes.ts'
import type { Twin } from './record.ts'

const repository = path.resolve(import.meta.dirname, '../..')
const daemon = path.join(repository, 'local/cloud/daemon.ts')

export const isCloud =
  (layout: TwinLayout): Recognise =>
  (argv) =>
    argv.some((argument) => argument.endsWith('/local/cloud/daemon.ts')) &&
    argv[argv.indexOf('--state') + 1] === layout.stateDir

/** Node gives what is new 48 MB before it looks what of it is still needed. Most here is not: a fifth of the daemon's memory. */
export const runDaemon = [process.execPath, '--max-semi-space-size=2', '--import', 'tsx'] as const

/** Command line of the emulated cloud. @param port of loopback; 0 for any */
export const cloudCommand = (layout: TwinLayout, { kind, provider, box }: Backend, port: number): readonly string[] => [
  ...runDaemon,
  daemon,
  '--listen',
  `127.0.0.1:${port}`,
  '--state',
  layout.stateDir,
  '--slot',
  String(layout.slot),
  '--ipv4-pool',
  layout.ipv4Pool,
  '--ipv6-pool',
  layout.ipv6Pool,
  '--backend',
  kind,
  ...(provider === undefined ? [] : ['--provider', provider]),
  ...(box === undefined ? [] : ['--box', box]),
]

/** Starts the emulated cloud unless it runs and answers, on the port it had before if that is free. Returns its endpoint. */
export const startCloud = async (twin: Twin, clock: Clock): Promise<string> => {
  const before = twin.port === undefined ? undefined : `http://127.0.0.1:${twin.port}/v1`
  const runs = (await findProcesses(isCloud(twin.layout))).length > 0
  if (before !== undefined && runs && (await answers(before, twin.token))) return before
  await stopCloud(twin.layout, clock)
  if (twin.port === undefined) return launch(twin, 0, clock)
  // somebody else may have taken the port meanwhile
  return launch(twin, twin.port, clock).catch((error: unknown) => {
    if (error instanceof InfraError) return launch(twin, 0, clock)
    throw error
  })
}

export const stopCloud = (layout: TwinLayout, clock: Clock): Promise<void> => endProcesses(isCloud(layout), clock)

const launch = ({ layout, token, backend }: Twin, port: number, clock: Clock): Promise<string> =>
  startService(
    {
      argv: cloudCommand(layout, backend, port),
      env: { ...process.env, TWIN_TOKEN: token },
      cwd: repository,
      log: path.join(layout.stateDir, 'cloud.log'),
    },
    async (log) => /listening on (\S+)/.exec(log)?.[1],
    clock,
  )

const answers = (endpoint: string, token: string): Promise<boolean> =>
  fetch(`${endpoint}/locations`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(2000),
  }).then(
    (response) => response.ok,
    () => false,
  )
