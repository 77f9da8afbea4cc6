import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/**
 * Has `work` done in a new folder that only this user may enter, below TMPDIR. It is removed, with all that is in it, as soon
 * as `work` is over, however that ends.
 * @param prefix what the folder's name begins with, such as `zones-`.
 * @returns what `work` returns.
 * @throws what `work` throws, and the system's error when the folder cannot be made or removed.
 */
export const inScratch = async <T>(prefix: string, work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(path.join(tmpdir(), prefix))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
