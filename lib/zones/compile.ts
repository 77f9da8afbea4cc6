import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { mapBounded } from '../bounded.ts'
import { canonicalName } from '../dns/wire/name.ts'
import { InfraError } from '../errors.ts'
import { inScratch } from '../scratch.ts'
import { authorityOf } from './authority.ts'
import { expandCommand, gateCommand } from './commands.ts'
import { type Completion, completeZone, drawStandIn, type GlueHost, wrapSource } from './complete.ts'
import { aliasFaults, faultsIn, foreignFaults, hiddenFaults, incomparableFaults, siblingFaults } from './faults.ts'
import { readZoneFiles, type ZoneFiles } from './files.ts'
import { hashFiles } from './hash.ts'
import { readRawZone } from './raw.ts'
import { verifySerial } from './serial.ts'
import type { ZoneSource } from './sources.ts'
import { splitTtlFaults } from './split-ttls.ts'
import { runTool } from './tool.ts'
import { tryZonesOnce } from './trial.ts'
import type { Zone } from './zone.ts'

export interface CompileOptions {
  /** Holds one `<origin>.zone` per zone. */
  readonly folder: string
  /** Becomes the SOA serial of every zone: 1 … 4294967295. */
  readonly serial: number
  /** The nameservers' names and the addresses of their lbs; those that lie in a zone are put into it. */
  readonly hosts: readonly GlueHost[]
}

interface Compiled {
  readonly source: ZoneSource
  readonly zone?: Zone
  readonly faults: readonly string[]
}

/**
 * Compiles every zone of a folder with BIND's own parser (named-compilezone(1)), puts in the serial and the hosts' addresses,
 * has BIND check the result as strictly as it can, and has its server load it.
 * @throws InfraError (exit code 2) with all faults of all files at once; also when named-compilezone or named is not
 * installed, and when a file changed meanwhile.
 */
export const compileZones = async (options: CompileOptions): Promise<Zone[]> => {
  verifySerial(options.serial)
  const files = await readZoneFiles(options.folder)
  return inScratch('zones-', async (temporary) => {
    const compiled = await compileAll(files.sources, { files, temporary, ...options })
    await verifyUnchanged(options.folder, files)
    const zones = compiled.flatMap(({ zone }) => (zone ? [zone] : []))
    verifyNoFaults([...compiled.flatMap(({ faults }) => faults), ...faultsBetween(compiled, zones)])
    verifyNoFaults(namedFaults(files.sources, await tryZonesOnce(zones, hostNames(options))))
    return zones
  })
}

/** As many at a time as the processors can take: a folder may hold hundreds. */
const compileAll = (sources: readonly ZoneSource[], options: Workplace): Promise<readonly Compiled[]> =>
  mapBounded(sources, 2 * availableParallelism(), (source) => compileZone(source, options))

interface Workplace extends CompileOptions {
  readonly files: ZoneFiles
  readonly temporary: string
}

const compileZone = async (source: ZoneSource, options: Workplace): Promise<Compiled> => {
  const { file } = source
  const unreadable = options.files.faults.get(file) ?? []
  if (unreadable.length > 0) return { source, faults: unreadable }
  const { text, faults } = await readSource(source, options)
  if (faults.length > 0) return { source, faults }

  const finished = path.join(options.temporary, file)
  await writeFile(finished, text)
  const gated = await runTool(gateCommand(source.origin, finished), options.folder)
  const gateFaults = faultsIn(gated.messages, file, finished)
  if (!gated.ok || gateFaults.length > 0) return { source, faults: gateFaults }

  const zone = { origin: source.origin, serial: options.serial, text, rrsets: readRawZone(gated.stdout) }
  const found = [...incomparableFaults(zone), ...hiddenFaults(zone), ...foreignFaults(zone, hostNames(options))]
  const split = splitTtlFaults(source, options.files, zone)
  const all = [...found.map((fault) => `${file}: ${fault}`), ...split]
  return all.length > 0 ? { source, faults: all } : { source, zone, faults: [] }
}

/** The compiler opens the files by itself, so that its messages name their lines: what it read must be what is hashed. */
const verifyUnchanged = async (folder: string, before: ZoneFiles): Promise<void> => {
  if (hashFiles(await readZoneFiles(folder)) === hashFiles(before)) return
  throw new InfraError('The zone files changed while they were compiled', {
    hint: 'Run again once they are as they shall be. Nothing was created or changed.',
    exitCode: 2,
  })
}

const readSource = async ({ file, origin }: ZoneSource, options: Workplace): Promise<Completion> => {
  const wrapper = path.join(options.temporary, `${file}.source`)
  const wrapping = { origin, hosts: options.hosts, standIn: drawStandIn() }
  await writeFile(wrapper, wrapSource(file, wrapping))
  const expanded = await runTool(expandCommand(origin, wrapper), options.folder)
  if (!expanded.ok) return { text: '', faults: faultsIn(expanded.messages, file, wrapper) }
  const { text, faults } = completeZone(expanded.stdout.toString('utf8'), { ...wrapping, serial: options.serial })
  const warnings = expanded.messages.filter((line) => !line.includes(wrapper))
  return { text, faults: [...faults.map((fault) => `${file}: ${fault}`), ...faultsIn(warnings, file)] }
}

const faultsBetween = (compiled: readonly Compiled[], zones: readonly Zone[]): string[] => {
  const authorities = zones.map((zone) => authorityOf(zone, zones))
  const found = [siblingFaults(authorities), aliasFaults(authorities)]
  return compiled.flatMap(({ source: { origin, file } }) =>
    found.flatMap((faults) => faults.get(origin) ?? []).map((fault) => `${file}: ${fault}`),
  )
}

const hostNames = ({ hosts }: CompileOptions): string[] =>
  hosts.filter(({ isFormer }) => !isFormer).map(({ hostname }) => canonicalName(hostname))

const namedFaults = (sources: readonly ZoneSource[], refusals: ReadonlyMap<string, readonly string[]>): string[] =>
  sources.flatMap(({ origin, file }) => (refusals.get(origin) ?? []).map((fault) => `${file}: ${fault}`))

const verifyNoFaults = (faults: readonly string[]): void => {
  if (faults.length === 0) return
  const count = faults.length === 1 ? 'One fault' : `${faults.length} faults`
  throw new InfraError(`${count} in the zone files:${faults.map((fault) => `\n  - ${fault}`).join('')}`, {
    hint: 'Correct them and run again. Nothing was created or changed.',
    exitCode: 2,
  })
}
