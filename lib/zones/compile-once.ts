import { type CompileOptions, compileZones } from './compile.ts'
import { readZoneFiles } from './files.ts'
import { hashFiles } from './hash.ts'
import { verifySerial, withSerial } from './serial.ts'
import type { Zone } from './zone.ts'

/** What files and hosts make, by serial: the first was compiled. */
type Serials = Map<number, Promise<readonly Zone[]>>

const artefacts = new Map<string, Serials>()

/**
 * As `compileZones`, but once for the same files and hosts in the life of this process: a run asks for the artefact of a generation at
 * every check, and for the same with another serial before it makes one. The files are read each time, so an edit is not missed.
 */
export const compileZonesOnce = async (options: CompileOptions): Promise<readonly Zone[]> => {
  const { folder, serial, hosts } = options
  const hash = await hashOf(folder)
  const key = JSON.stringify([hash, hosts])
  const serials = artefacts.get(key)
  if (serials) return serials.get(serial) ?? renumber(serials, serial)
  const compiling = compileZones(options)
  artefacts.set(key, new Map([[serial, compiling]]))
  try {
    return await compiling
  } finally {
    // what failed is tried again; what was edited in between is not what the key says
    if (await isNotOf(compiling, folder, hash)) artefacts.delete(key)
  }
}

const renumber = (serials: Serials, serial: number): Promise<readonly Zone[]> => {
  verifySerial(serial)
  const [compiled = Promise.resolve([])] = serials.values()
  const zones = compiled.then((some) => some.map((zone) => withSerial(zone, serial)))
  serials.set(serial, zones)
  return zones
}

const hashOf = async (folder: string): Promise<string> => hashFiles(await readZoneFiles(folder))

const isNotOf = (compiling: Promise<unknown>, folder: string, hash: string): Promise<boolean> =>
  compiling.then(async () => (await hashOf(folder)) !== hash).catch(() => true)
