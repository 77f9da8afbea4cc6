import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../errors.ts'
import { keyFileName, parseKeyFile, type ZoneKey } from './zone-key.ts'

/** Below the folder of the keys: those in whose place others come. */
const leaving = 'leaving'
/** The same: those that sign no more. */
const retired = 'retired'

/** Where the files of a key are. @param folder of all keys. */
export const folderOf = ({ isLeaving }: Pick<ZoneKey, 'isLeaving'>, folder: string): string =>
  isLeaving ? path.join(folder, leaving) : folder

/**
 * The keys of a folder: a zone has one or none, and one more while another takes its place. Only their public halves are
 * read; that the private ones lie beside them, encrypted, is looked at.
 * @param folder absolute; files whose names are not those of keys are let be.
 * @returns sorted by zone, the one that leaves last.
 * @throws InfraError (exit code 2) with all faults at once.
 */
export const readZoneKeys = async (folder: string): Promise<readonly ZoneKey[]> => {
  const aside = path.join(folder, leaving)
  const found = [
    await readKeysIn(folder, await readNames(folder)),
    await readKeysIn(aside, existsSync(aside) ? await readNames(aside) : []),
  ]
  const [staying = [], left = []] = found.map(({ keys }) => keys)
  const keys = [...staying, ...left.map((key) => ({ ...key, isLeaving: true }))]
  const faults = [...found.flatMap((one) => one.faults), ...severalFaults(staying), ...severalFaults(left)]
  if (faults.length === 0) return keys.sort((a, b) => (a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : 0))
  throw new InfraError(`The keys in ${folder} cannot be used:${faults.map((fault) => `\n  - ${fault}`).join('')}`, {
    hint: 'Nothing was created or changed. Bring back what was there (git, a backup); a file that does not belong there goes elsewhere. Never replace the key of a zone that has a DS record: sign-zones ZONE roll does that.',
    exitCode: 2,
  })
}

/** Has another key take the place of this one: from now on it leaves. */
export const beginLeaving = (key: ZoneKey, folder: string): Promise<void> => moveKey(key, folder, leaving)

/** Puts a key aside, from where it can be brought back: it signs no more. @returns where it lies. */
export const setAside = async (key: ZoneKey, folder: string): Promise<string> => {
  await moveKey(key, folder, retired)
  return path.join(folder, retired)
}

/** Whoever is interrupted has halves in two places, which is told as such. */
const moveKey = async (key: ZoneKey, folder: string, to: string): Promise<void> => {
  await mkdir(path.join(folder, to), { recursive: true })
  for (const file of [`${key.name}.private.age`, `${key.name}.key`])
    await rename(path.join(folderOf(key, folder), file), path.join(folder, to, file))
}

const readKeysIn = async (
  folder: string,
  names: readonly string[],
): Promise<{ readonly keys: readonly ZoneKey[]; readonly faults: readonly string[] }> => {
  const files = names.filter((file) => keyFileName.test(file))
  const publics = files.filter((file) => file.endsWith('.key'))
  const parsed = await Promise.all(
    publics.map(async (file) => ({ file, key: parseKeyFile(file, await readFile(path.join(folder, file), 'utf8')) })),
  )
  return {
    keys: parsed.flatMap(({ key }) => (typeof key === 'string' ? [] : [key])),
    faults: [
      ...parsed.flatMap(({ file, key }) => (typeof key === 'string' ? [`${file} ${key}`] : [])),
      ...halfFaults(files),
    ],
  }
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
  originsOf(keys).flatMap((origin) => {
    const names = keys.filter((key) => key.origin === origin).map(({ name }) => name)
    return names.length > 1
      ? [`${origin} has several keys in one folder, and can be signed by one: ${names.sort().join(', ')}`]
      : []
  })

const originsOf = (keys: readonly ZoneKey[]): readonly string[] => [...new Set(keys.map(({ origin }) => origin))]
