import { createHash } from 'node:crypto'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../errors.ts'
import { runProgram } from '../outside/program.ts'
import { inScratch } from '../scratch.ts'
import { findNamed } from './tool.ts'
import { trialConfig } from './trial-config.ts'
import { nameOf, refusalsIn, withoutTime } from './trial-log.ts'
import type { Zone } from './zone.ts'

const roleTemplate = path.resolve(import.meta.dirname, '../../ansible/roles/nameserver/templates/named.conf.j2')
const timeoutMs = 60_000
const allLoaded = /^\S+ \S+ all zones loaded$/

/**
 * Has BIND's server itself load finished zones, with the options of the role, since it refuses more than its tools do: limits above
 * all. It listens nowhere, works in a folder of its own and is ended as soon as it has loaded, so any number of trials go side
 * by side, for ordinary users too.
 * @param template the file from which the role makes named.conf.
 * @returns per origin, why it was not loaded; zones that were loaded are not in it.
 * @throws InfraError (exit code 2) when named is not installed, cannot be started or takes none of it; 8 when it does not come to an end.
 */
export const tryZones = (
  zones: readonly Zone[],
  template = roleTemplate,
): Promise<ReadonlyMap<string, readonly string[]>> =>
  inScratch('trial-', async (folder) => {
    const names = zones.map(({ origin }) => nameOf(origin))
    for (const { origin, text } of zones) await writeFile(path.join(folder, `db.${nameOf(origin)}`), text)
    const config = path.join(folder, 'named.conf')
    await writeFile(config, trialConfig(await readFile(template, 'utf8'), { folder, names }))
    return refusalsIn(await runNamed(await copyNamed(folder), config), zones)
  })

const passed = new Set<string>()

/**
 * As `tryZones`, but zones that were loaded once are not tried again by this process: generations differ in their serial and in
 * the addresses of their hosts only, which named does not mind.
 * @param hosts canonical.
 */
export const tryZonesOnce = async (
  zones: readonly Zone[],
  hosts: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const key = contentOf(zones, hosts)
  if (passed.has(key)) return new Map()
  const refusals = await tryZones(zones)
  if (refusals.size === 0) passed.add(key)
  return refusals
}

const contentOf = (zones: readonly Zone[], hosts: readonly string[]): string => {
  const hash = createHash('sha256')
  for (const { origin, serial, rrsets } of zones) {
    const lasting = rrsets.filter(({ name, type }) => !hosts.includes(name) || (type !== 'A' && type !== 'AAAA'))
    const records = lasting.map(({ name, type, ttl, rdata }) => {
      const data = type === 'SOA' ? rdata.map((soa) => soa.replace(` ${serial} `, ' 0 ')) : rdata
      return [name, type, ttl, data]
    })
    hash.update(JSON.stringify([origin, records]))
  }
  return hash.digest('hex')
}

/** AppArmor, on by default in Debian and Ubuntu, holds the installed program to the files of its service, by its path; not a copy. */
const copyNamed = async (folder: string): Promise<string> => {
  const installed = await findNamed()
  if (process.platform !== 'linux') return installed
  const copy = path.join(folder, 'named')
  await copyFile(installed, copy)
  return copy
}

/** @returns the log up to where all zones were tried. */
const runNamed = async (program: string, config: string): Promise<string> => {
  const loaded = new AbortController()
  const { stderr: log, isTimedOut } = await runProgram([program, '-g', '-n', '1', '-c', config], {
    cwd: path.dirname(config),
    timeoutMs,
    signal: loaded.signal,
    onLine: (line) => {
      if (allLoaded.test(line)) loaded.abort()
    },
  }).catch((cause: unknown) => {
    throw notStarted(program, cause)
  })
  if (loaded.signal.aborted) return log
  throw isTimedOut ? notEnded(log) : notTaken(log)
}

const notStarted = (program: string, cause: unknown): InfraError =>
  new InfraError(`named could not be started as ${program}: ${cause instanceof Error ? cause.message : cause}`, {
    hint: 'Have TMPDIR name a folder from which programs may be started (not mounted with noexec).',
    exitCode: 2,
    cause,
  })

const notEnded = (log: string): InfraError =>
  new InfraError(
    `named was ended before it had loaded the zones, for which it has ${timeoutMs / 1000} s:\n${lastLines(log)}`,
    {
      hint: 'Nothing was created or changed. Run again when this computer has less to do.',
      exitCode: 8,
    },
  )

const notTaken = (log: string): InfraError =>
  new InfraError(`named on this computer does not take the configuration of the role:\n${lastLines(log)}`, {
    hint: 'Correct named.conf.j2 of the role nameserver, or install a named that knows its options: BIND 9.18 or newer.',
    exitCode: 2,
  })

const lastLines = (log: string): string =>
  log
    .trim()
    .split('\n')
    .slice(-5)
    .map((line) => `  ${withoutTime(line)}`)
    .join('\n')
