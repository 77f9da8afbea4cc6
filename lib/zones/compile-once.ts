import { type CompileOptions, compileZones } from './compile.ts'
import { readZoneFiles } from './files.ts'
import { hashFiles } from './hash.ts'
import type { Zone } from './zone.ts'

const artefacts = new Map<string, Promise<readonly Zone[]>>()

/**
 * As `compileZones`, but once for the same files, serial and hosts in the life of this process: a run asks for the artefact of a
 * generation at every check. The files are read each time, so an edit is not missed.
 */
export const compileZonesOnce = async (options: CompileOptions): Promise<readonly Zone[]> => {
  const { folder, serial, hosts } = options
  const hash = await hashOf(folder)
  const key = JSON.stringify([hash, serial, hosts])
  const known = artefacts.get(key)
  if (known) return known
  const compiling = compileZones(options)
  artefacts.set(key, compiling)
  try {
    return await compiling
  } finally {
    // what failed is tried again; what was edited in between is not what the key says
    if (await isNotOf(compiling, folder, hash)) artefacts.delete(key)
  }
}

const hashOf = async (folder: string): Promise<string> => hashFiles(await readZoneFiles(folder))

const isNotOf = (compiling: Promise<unknown>, folder: string, hash: string): Promise<boolean> =>
  compiling.then(async () => (await hashOf(folder)) !== hash).catch(() => true)
