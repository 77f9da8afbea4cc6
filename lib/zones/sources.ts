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
 * The zone files of a folder; a file's name says its origin. Hidden ones are what editors leave there.
 * @throws InfraError (exit code 2) when the folder cannot be read or holds none, or two of the same zone.
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
    .filter((file) => file.endsWith(extension) && !file.startsWith('.'))
    .sort()
    .map((file) => ({ file, origin: canonicalName(file.slice(0, -extension.length)) }))
  verifyDistinct(sources)
  if (sources.length > 0) return sources
  throw new InfraError(`No *.zone file in ${folder}`, {
    exitCode: 2,
    hint: 'Put one there, named after its zone: example.com.zone.',
  })
}

const verifyDistinct = (sources: readonly ZoneSource[]): void => {
  const again = sources.find(({ origin }, index) => sources.findIndex((one) => one.origin === origin) < index)
  if (!again) return
  const files = sources.filter(({ origin }) => origin === again.origin).map(({ file }) => file)
  throw new InfraError(`${files.join(' and ')} are the same zone`, {
    exitCode: 2,
    hint: 'Letter case does not tell names apart: keep one of them.',
  })
}
