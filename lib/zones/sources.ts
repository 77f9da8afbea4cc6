import { readdir } from 'node:fs/promises'
import { canonicalName } from '../dns/name.ts'
import { InfraError } from '../errors.ts'

export interface ZoneSource {
  /** `example.test.zone`, in its folder. */
  readonly file: string
  /** `example.test.` */
  readonly origin: string
}

const extension = '.zone'

/**
 * The zone files of a folder; a file's name says its origin.
 * @throws InfraError when the folder cannot be read or holds none.
 */
export const findZoneSources = async (folder: string): Promise<ZoneSource[]> => {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new InfraError(`The zones in ${folder} cannot be read`, {
      exitCode: 2,
      cause,
      hint: 'Set the folder that holds the *.zone files.',
    })
  })
  const sources = files
    .filter((file) => file.endsWith(extension) && file !== extension)
    .sort()
    .map((file) => ({ file, origin: canonicalName(file.slice(0, -extension.length)) }))
  if (sources.length > 0) return sources
  throw new InfraError(`No *.zone file in ${folder}`, {
    exitCode: 2,
    hint: 'Put one there, named after its zone: example.com.zone.',
  })
}
