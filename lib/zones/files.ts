import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { findIncludes } from './includes.ts'
import { findZoneSources, type ZoneSource } from './sources.ts'

/** What is compiled: the zone files of a folder and all that they include, wherever it lies. */
export interface ZoneFiles {
  readonly sources: readonly ZoneSource[]
  /** Content of each file, by the name that the compiler opens it by, in the folder. */
  readonly contents: ReadonlyMap<string, Buffer>
  /** Per zone file, why it or what it includes cannot be read, as `example.test.zone:5: hosts.inc is not there`. */
  readonly faults: ReadonlyMap<string, readonly string[]>
}

/**
 * Reads what named-compilezone will read when it runs in this folder: links are followed, and `$INCLUDE` leads on from there.
 * @throws InfraError (exit code 2) when the folder holds no zone. Files that cannot be read are faults, not errors.
 */
export const readZoneFiles = async (folder: string): Promise<ZoneFiles> => {
  const sources = await findZoneSources(folder)
  const contents = new Map<string, Buffer>()
  const faults = new Map<string, readonly string[]>()
  for (const { file } of sources) faults.set(file, await readFrom({ folder, contents, seen: new Set() }, [], file))
  return { sources, contents, faults }
}

interface Reading {
  readonly folder: string
  readonly contents: Map<string, Buffer>
  /** What was read for this zone; for another zone it is read no second time, but looked through again. */
  readonly seen: Set<string>
}

/** @param trail the files that led here. @returns the faults of this file and all below it. */
const readFrom = async (reading: Reading, trail: readonly string[], file: string): Promise<readonly string[]> => {
  if (trail.includes(file)) return [`${[...trail, file].join(' includes ')}: a circle`]
  if (reading.seen.has(file)) return []
  reading.seen.add(file)
  const content = reading.contents.get(file) ?? (await readContent(path.resolve(reading.folder, file)))
  if (typeof content === 'string') return [`${file} ${content}`]
  reading.contents.set(file, content)
  const faults: string[] = []
  for (const include of findIncludes(content.toString('latin1'))) {
    const name = Buffer.from(include.file, 'latin1').toString('utf8')
    const found = await readFrom(reading, [...trail, file], name)
    faults.push(...found.map((fault) => (fault.startsWith(`${name} `) ? `${file}:${include.line}: ${fault}` : fault)))
  }
  return faults
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'is not there, or a link that leads nowhere',
  ELOOP: 'is a link that leads in a circle',
  EACCES: 'must not be read by you',
  ENOTDIR: 'lies below something that is no folder',
}

/** Byte order marks of UTF-8 and UTF-16: BIND takes one for the beginning of the first line. */
const marks = ['efbbbf', 'fffe', 'feff'].map((octets) => Buffer.from(octets, 'hex'))
const marked = 'begins with a byte order mark: save it as plain text, in UTF-8 without a mark (sometimes called BOM)'

/** Looks first: reading something else than a file, such as a named pipe, might never end. @returns why not, if it cannot be read. */
const readContent = async (file: string): Promise<Buffer | string> => {
  try {
    if (!(await stat(file)).isFile()) return 'is not a file'
    const content = await readFile(file)
    return marks.some((mark) => content.subarray(0, mark.length).equals(mark)) ? marked : content
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return reasons[code] ?? `cannot be read: ${code}`
  }
}

/**
 * What lies in the folder or below it and is not compiled, although somebody may think so: no file includes it, and its name does
 * not end in `.zone`, or it lies in a subfolder. Hidden files count only where they look like zones.
 * @returns paths in the folder, sorted.
 */
export const findLeftOut = async (folder: string, { contents }: ZoneFiles): Promise<readonly string[]> => {
  const read = new Set([...contents.keys()].map((file) => path.resolve(folder, file)))
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory() && !read.has(path.resolve(entry.parentPath, entry.name)))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !isHidden(file) || /^\.[^#/]*\.zone$/i.test(file))
    .sort()
}

const isHidden = (file: string): boolean => file.split(path.sep).some((part) => part.startsWith('.'))
