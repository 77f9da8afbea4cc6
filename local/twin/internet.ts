import { Resolver } from 'node:dns/promises'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import type { TwinLayout } from '../layout.ts'
import { endProcesses, findProcesses, type Recognise, startService } from './processes.ts'

const repository = path.resolve(import.meta.dirname, '../..')
const daemon = path.join(repository, 'local/internet/daemon.ts')

export const registrarEndpoint = ({ internet }: TwinLayout): string => `http://${internet.registrar.ipv4}/v1`

export const isInternetDaemon =
  (layout: TwinLayout): Recognise =>
  (argv) =>
    argv.some((argument) => argument.endsWith('/local/internet/daemon.ts')) &&
    argv[argv.indexOf('--state') + 1] === layout.stateDir

/** The servers below the daemon, which may have outlived it. */
const isInternetServer =
  (layout: TwinLayout): Recognise =>
  (argv) =>
    ['named', 'unbound'].includes(path.basename(argv[0] ?? '')) &&
    argv.some((argument) => argument.startsWith(`${layout.stateDir}/internet/`))

export const isInternet =
  (layout: TwinLayout): Recognise =>
  (argv) =>
    isInternetDaemon(layout)(argv) || isInternetServer(layout)(argv)

export const internetCommand = (layout: TwinLayout): readonly string[] => [
  'nsenter',
  `--net=/run/netns/${layout.internet.namespace}`,
  process.execPath,
  '--import',
  'tsx',
  daemon,
  '--state',
  layout.stateDir,
  '--slot',
  String(layout.slot),
]

/** Starts the little internet, unless it runs and answers: the registrar to us, and the resolvers from root and parent. */
export const startInternet = async (layout: TwinLayout, token: string, clock: Clock): Promise<void> => {
  const runs = (await findProcesses(isInternetDaemon(layout))).length > 0
  if (runs && (await answers(layout, token))) return
  await stopInternet(layout, clock)
  await mkdir(path.join(layout.stateDir, 'internet'), { recursive: true, mode: 0o700 })
  await startService(
    {
      argv: internetCommand(layout),
      env: { ...process.env, TWIN_TOKEN: token },
      cwd: repository,
      log: path.join(layout.stateDir, 'internet', 'output.log'),
    },
    async (log) => /^listening on /m.test(log) || undefined,
    clock,
  )
}

/** The daemon first: it would start its servers again. */
export const stopInternet = async (layout: TwinLayout, clock: Clock): Promise<void> => {
  await endProcesses(isInternetDaemon(layout), clock)
  await endProcesses(isInternetServer(layout), clock)
}

const answers = async (layout: TwinLayout, token: string): Promise<boolean> => {
  const { resolver, bindResolver, behindResolver } = layout.internet
  const told = await Promise.all([
    fetch(`${registrarEndpoint(layout)}/domains`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(2000),
    }).then((response) => response.ok),
    ...[resolver, bindResolver, behindResolver].map(({ ipv4 }) => resolvesAt(ipv4)),
  ]).catch(() => [false])
  return told.every(Boolean)
}

const resolvesAt = async (address: string): Promise<boolean> => {
  const resolver = new Resolver({ timeout: 1000, tries: 2 })
  resolver.setServers([address])
  await resolver.resolveSoa('test')
  return true
}
