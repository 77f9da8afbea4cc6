import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../lib/errors.ts'
import { exists } from '../host/exists.ts'
import { runOrFail } from '../host/run.ts'
import { upperTtlSeconds } from './parent-zone.ts'

/** The key of a zone: it alone signs everything in it. */
export interface ZoneKey {
  /** Such as `test.`. */
  readonly origin: string
  /** Path of its two halves, without `.key` and `.private`. */
  readonly file: string
  /** Data of its DNSKEY record, as in a zone file. */
  readonly dnskey: string
}

/** Those of the zones that are published here. */
export interface InternetKeys {
  readonly root: ZoneKey
  readonly parent: ZoneKey
}

/** The keys of root and parent zone, which are made once and then kept: whoever trusts the root's goes on trusting it. */
export const openKeys = async (directory: string): Promise<InternetKeys> => {
  const folder = path.join(directory, 'keys')
  if (!(await exists(folder))) await makeKeys(folder)
  return { root: await readKey(folder, '.'), parent: await readKey(folder, 'test.') }
}

const makeKeys = async (folder: string): Promise<void> => {
  const unfinished = `${folder}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  for (const origin of ['.', 'test.']) await makeKey(unfinished, origin)
  await rename(unfinished, folder)
}

/** Without times (`-C`): what signs is what is there (dnssec-keygen(8)). ECDSA P-256, as most of the world has it. */
const makeKey = (folder: string, origin: string): Promise<string> => {
  const ttl = String(upperTtlSeconds)
  return runOrFail(['dnssec-keygen', '-q', '-C', '-K', folder, '-a', '13', '-f', 'KSK', '-L', ttl, origin])
}

const readKey = async (folder: string, origin: string): Promise<ZoneKey> => {
  const name = (await readdir(folder)).find((one) => one.startsWith(`K${origin}+`) && one.endsWith('.key'))
  if (name === undefined) {
    throw new InfraError(`There is no key of ${origin} in ${folder}`, {
      hint: 'Remove that folder, and start again: other keys are made.',
    })
  }
  const [, dnskey = ''] = / DNSKEY (.+)$/m.exec(await readFile(path.join(folder, name), 'utf8')) ?? []
  return { origin, file: path.join(folder, name.slice(0, -'.key'.length)), dnskey }
}

/** Data of the DS record by which the zone above vouches for a key (dnssec-dsfromkey(1)). */
export const dsOf = async ({ file }: ZoneKey): Promise<string> =>
  (await runOrFail(['dnssec-dsfromkey', '-2', file])).trim().replace(/^.* DS /, '')

/** What BIND's programs take as the key to begin with (`named.conf`, and `delv -a`). */
export const trustAnchorText = ({ origin, dnskey }: ZoneKey): string => {
  const [flags, protocol, algorithm, ...key] = dnskey.split(' ')
  return `trust-anchors { ${origin} static-key ${flags} ${protocol} ${algorithm} "${key.join('')}"; };\n`
}

/** Where the root's is. @param stateDir of the twin */
export const trustAnchorFile = (stateDir: string): string => path.join(stateDir, 'internet', 'trust-anchor')
