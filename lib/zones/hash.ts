import { createHash } from 'node:crypto'
import { InfraError } from '../errors.ts'
import { readZoneFiles, type ZoneFiles } from './files.ts'
import type { Zone } from './zone.ts'

const hashLength = 40

/**
 * A content hash of what is compiled, short enough for a label's value (63 characters).
 * @returns 40 hexadecimal digits.
 */
export const hashFiles = ({ contents }: Pick<ZoneFiles, 'contents'>): string => hashContents(contents)

/** The same of finished zones: what the nameservers of a generation must have. */
export const hashArtefact = (zones: readonly Pick<Zone, 'origin' | 'text'>[]): string =>
  hashContents(new Map(zones.map(({ origin, text }) => [origin, Buffer.from(text)])))

/**
 * The hash of the keys that zones publish, whatever else is in them: empty where none of them is signed.
 * @param published by zone: the `rdata` of its DNSKEY records, in any order.
 */
export const hashKeys = (published: ReadonlyMap<string, readonly string[]>): string => {
  const signed = [...published].filter(([, keys]) => keys.length > 0)
  if (signed.length === 0) return ''
  return hashContents(new Map(signed.map(([origin, keys]) => [origin, Buffer.from([...keys].sort().join('\n'))])))
}

/**
 * The same of what zones are made from, where some are signed: it changes when a zone gets a key or loses it, and not by signing.
 * @param files what `hashZones` gave, and gives where there are no keys.
 */
export const hashSources = (files: string, keys: readonly KeyInUse[], denial: string): string =>
  keys.length === 0
    ? files
    : hashContents(
        new Map([
          ['', Buffer.from(`${files} ${denial}`)],
          ...keys.map(({ origin }) => [origin, octetsOfAll(keys.filter((key) => key.origin === origin))] as const),
        ]),
      )

/** Whichever of them leaves. */
const octetsOfAll = (keys: readonly KeyInUse[]): Buffer =>
  Buffer.concat(keys.map(({ rdata }) => rdata).sort(Buffer.compare))

interface KeyInUse {
  readonly origin: string
  readonly rdata: Buffer
}

const hashContents = (contents: ReadonlyMap<string, Buffer>): string => {
  const hash = createHash('sha256')
  for (const [file, content] of [...contents].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Lengths first: no two different sets of files feed the same octets.
    hash.update(`${Buffer.byteLength(file)}:${file}${content.length}:`).update(content)
  }
  return hash.digest('hex').slice(0, hashLength)
}

/**
 * The hash of the zone files of a folder and of all that they include, links followed.
 * @throws InfraError (exit code 2) when the folder holds no zone, or a file cannot be read.
 */
export const hashZones = async (folder: string): Promise<string> => {
  const files = await readZoneFiles(folder)
  verifyReadable(files)
  return hashFiles(files)
}

const verifyReadable = ({ faults }: ZoneFiles): void => {
  const all = [...faults.values()].flat()
  if (all.length === 0) return
  throw new InfraError(`Zone files cannot be read:${all.map((fault) => `\n  - ${fault}`).join('')}`, {
    hint: 'Correct them and run again. Nothing was created or changed.',
    exitCode: 2,
  })
}
