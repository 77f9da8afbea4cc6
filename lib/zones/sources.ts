import { readdir } from 'node:fs/promises'
import { domainToASCII } from 'node:url'
import { canonicalName } from '../dns/wire/name.ts'
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
 * @throws InfraError (exit code 2) when the folder cannot be read or holds none, two of the same zone, or one whose name is not ASCII.
 */
export const findZoneSources = async (folder: string): Promise<ZoneSource[]> => {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new InfraError(`The zones in ${folder} cannot be read`, {
      exitCode: 2,
      cause,
      hint: 'Set the folder that holds the *.zone files.',
    })
  })
  const names = files.filter((file) => file.endsWith(extension) && !file.startsWith('.'))
  verifyAscii(names)
  const sources = names.sort().map((file) => ({ file, origin: canonicalName(file.slice(0, -extension.length)) }))
  verifyDistinct(sources)
  if (sources.length > 0) return sources
  throw new InfraError(`No *.zone file in ${folder}`, {
    exitCode: 2,
    hint: 'Put one there, named after its zone: example.com.zone.',
  })
}

/** On the wire a domain with other letters has its A-label (RFC 5890 §2.3.2.1), and so it stands in zone files and questions. */
const verifyAscii = (files: readonly string[]): void => {
  const file = files.find((one) => /[^\x21-\x7e]/.test(one))
  if (file === undefined) return
  const ascii = domainToASCII(file.slice(0, -extension.length).normalize('NFC'))
  throw new InfraError(`${file}: a zone has its name in ASCII letters`, {
    exitCode: 2,
    hint: ascii
      ? `Rename the file to ${ascii}${extension}, and write such names so inside it too.`
      : 'Rename the file after its zone: example.com.zone.',
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
