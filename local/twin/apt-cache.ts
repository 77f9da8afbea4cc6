import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import { runOrFail } from '../host/run.ts'
import type { TwinLayout } from '../layout.ts'
import { endProcesses, findProcesses, type Recognise, startService } from './processes.ts'

const configDirectory = (layout: TwinLayout): string => path.join(layout.stateDir, 'apt-cache')

/** Two processes must not share one cache, so each slot has its own. */
export const aptCacheDirectory = (layout: TwinLayout): string => path.join(layout.cacheDir, 'apt', String(layout.slot))

export const isAptCache =
  (layout: TwinLayout): Recognise =>
  (argv) =>
    path.basename(argv[0] ?? '') === 'apt-cacher-ng' && argv.includes(configDirectory(layout))

/**
 * Configuration of apt-cacher-ng (acng.conf of the package explains each line).
 * @param proxy through which this computer's apt reaches the mirror; empty for none
 */
export const aptCacheConfig = (layout: TwinLayout, proxy: string): string =>
  [
    `CacheDir: ${aptCacheDirectory(layout)}`,
    `LogDir: ${configDirectory(layout)}`,
    `SocketPath: ${configDirectory(layout)}/socket`,
    `PidFile: ${configDirectory(layout)}/pid`,
    'SupportDir: /usr/lib/apt-cacher-ng',
    `BindAddress: ${layout.hostAddress4} [${layout.hostAddress6}]`,
    `Port: ${layout.aptPort}`,
    'AllowUserPorts: 0',
    'ForeGround: 1',
    ...(proxy === '' ? [] : [`Proxy: ${proxy}`]),
    '',
  ].join('\n')

/** Starts the caching apt proxy of the machines, if it does not run. */
export const startAptCache = async (layout: TwinLayout, clock: Clock): Promise<void> => {
  if ((await findProcesses(isAptCache(layout))).length > 0 && (await answers(layout))) return
  await stopAptCache(layout, clock)
  await mkdir(configDirectory(layout), { recursive: true })
  await mkdir(aptCacheDirectory(layout), { recursive: true })
  await writeFile(path.join(configDirectory(layout), 'acng.conf'), aptCacheConfig(layout, await readProxy()))
  await startService(
    {
      argv: ['apt-cacher-ng', '-c', configDirectory(layout)],
      cwd: '/',
      log: path.join(configDirectory(layout), 'output.log'),
    },
    async () => (await answers(layout)) || undefined,
    clock,
  )
}

export const stopAptCache = (layout: TwinLayout, clock: Clock): Promise<void> => endProcesses(isAptCache(layout), clock)

const readProxy = async (): Promise<string> => {
  const shell = await runOrFail(['apt-config', 'shell', 'proxy', 'Acquire::http::Proxy'])
  return /'(.*)'/.exec(shell)?.[1] ?? ''
}

const answers = (layout: TwinLayout): Promise<boolean> =>
  fetch(`http://${layout.hostAddress4}:${layout.aptPort}/`, { signal: AbortSignal.timeout(2000) }).then(
    () => true,
    () => false,
  )
