import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../errors.ts'
import { keyFileName, parseKeyFile, type ZoneKey } from './zone-key.ts'

/**
 * The keys of a folder, of which a zone has one or none. Only their public halves are read; that the private ones lie beside them,
 * encrypted, is looked at.
 * @param folder absolute; files whose names are not those of keys are let be.
 * @returns sorted by zone.
 * @throws InfraError (exit code 2) with all faults at once.
 */
export const readZoneKeys = async (folder: string): Promise<readonly ZoneKey[]> => {
  const files = (await readNames(folder)).filter((file) => keyFileName.test(file))
  const publics = files.filter((file) => file.endsWith('.key'))
  const parsed = await Promise.all(
    publics.map(async (file) => ({ file, key: parseKeyFile(file, await readFile(path.join(folder, file), 'utf8')) })),
  )
  const keys = parsed.flatMap(({ key }) => (typeof key === 'string' ? [] : [key]))
  const faults = [
    ...parsed.flatMap(({ file, key }) => (typeof key === 'string' ? [`${file} ${key}`] : [])),
    ...halfFaults(files),
    ...severalFaults(keys),
  ]
  if (faults.length === 0) return keys.sort((a, b) => (a.origin < b.origin ? -1 : 1))
  throw new InfraError(`The keys in ${folder} cannot be used:${faults.map((fault) => `\n  - ${fault}`).join('')}`, {
    hint: 'Nothing was created or changed. Bring back what was there (git, a backup); a file that does not belong there goes elsewhere. Never replace the key of a zone that has a DS record.',
    exitCode: 2,
  })
}

const readNames = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((cause: unknown) => {
    throw new InfraError(`The keys of zones cannot be read: ${folder} is not there, or must not be read`, {
      hint: 'dnssec.keys in infra.config.ts names that folder. Bring it back if zones are signed already; sign-zones makes it with the first key.',
      exitCode: 2,
      cause,
    })
  })

/** Both halves have to be there, and the private one for nobody but those who are meant to sign. */
const halfFaults = (files: readonly string[]): readonly string[] =>
  files.flatMap((file) => {
    const [, name = '', , , , half] = keyFileName.exec(file) ?? []
    if (half === 'private')
      return [`${file} is a private key that is not encrypted: encrypt it, and remove it from here`]
    const other = half === 'key' ? `${name}.private.age` : `${name}.key`
    return files.includes(other) ? [] : [`${file} lacks its other half, ${other}`]
  })

const severalFaults = (keys: readonly ZoneKey[]): readonly string[] =>
  [...new Set(keys.map(({ origin }) => origin))].flatMap((origin) => {
    const names = keys.filter((key) => key.origin === origin).map(({ name }) => name)
    return names.length > 1 ? [`${origin} has several keys, and can be signed by one: ${names.sort().join(', ')}`] : []
  })
