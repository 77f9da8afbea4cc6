import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { findZoneSources } from './sources.ts'

const hashLength = 40

/**
 * A content hash of the zone sources, short enough for a label's value (63 characters). Every file of the folder counts,
 * since `$INCLUDE` may draw any of them in; hidden files do not.
 * @returns 40 hexadecimal digits.
 * @throws InfraError when the folder holds no zone.
 */
export const hashZones = async (folder: string): Promise<string> => {
  await findZoneSources(folder)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
  const hash = createHash('sha256')
  for (const file of files) {
    const content = await readFile(path.join(folder, file))
    // Lengths first: no two different sets of files feed the same octets.
    hash.update(`${Buffer.byteLength(file)}:${file}${content.length}:`).update(content)
  }
  return hash.digest('hex').slice(0, hashLength)
}
