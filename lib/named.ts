import { canonicalName } from './dns/wire/name.ts'
import type { Ssh, SshHost } from './ssh/ssh.ts'

/** Who is slower counts as silent: others of its generation can be asked, and a plan is waited for. */
const timeoutMs = 30_000

/** @param text what `named-checkconf -l` prints: a zone a line, its name first. */
export const parseZoneList = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const [name] = line.trim().split(/\s+/)
    return name ? [canonicalName(name)] : []
  })

/**
 * The names of the zones that named is configured with on a nameserver, canonical: of those that it was made with, whatever the
 * zone files at hand are (named-checkconf(8), option -l).
 * @throws SshError when the machine cannot be asked.
 */
export const readZoneNames = async (ssh: Ssh, nameserver: SshHost): Promise<readonly string[]> =>
  parseZoneList(await ssh.run(nameserver, ['named-checkconf', '-l'], { timeoutMs }))

/** Where the role puts the zones. */
const folder = '/etc/bind'
export const zoneFileOf = (origin: string): string => `${folder}/db.${origin.replace(/\.$/, '')}`

/** What named reads when it starts. */
export interface ServedFiles {
  readonly config: string
  /** SHA-256 of each zone file, in hexadecimal digits, by its path. Those that Debian brings along are among them. */
  readonly hashes: ReadonlyMap<string, string>
}

/** @param text what `sha256sum --zero` prints (sha256sum(1)): names are as they are then, whatever is in them. */
export const parseHashes = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split('\0').flatMap((line) => {
      const [, hash, file] = /^([0-9a-f]{64}) [ *](.+)$/s.exec(line) ?? []
      return hash && file ? [[file, hash] as const] : []
    }),
  )

/** @throws SshError when the machine cannot be asked. */
export const readServedFiles = async (ssh: Ssh, nameserver: SshHost): Promise<ServedFiles> => {
  const config = await ssh.run(nameserver, ['cat', `${folder}/named.conf`], { timeoutMs })
  // by a shell, for its pattern
  const hashes = await ssh.run(nameserver, ['sh', '-c', `sha256sum --zero ${folder}/db.*`], { timeoutMs })
  return { config, hashes: parseHashes(hashes) }
}

/** The master file that named has of a zone. @throws SshError when the machine cannot be asked. */
export const readServedZone = (ssh: Ssh, nameserver: SshHost, origin: string): Promise<string> =>
  ssh.run(nameserver, ['cat', zoneFileOf(origin)], { timeoutMs })

/** A NUL ends each: a master file has none. */
const printFiles = 'for file; do cat -- "$file" || exit; printf "\\0"; done'

/**
 * The master files of all zones that named is configured with, by the canonical name of the zone: in two commands, however many
 * they are.
 * @throws SshError when the machine cannot be asked, or when a file cannot be read.
 */
export const readServedTexts = async (ssh: Ssh, nameserver: SshHost): Promise<ReadonlyMap<string, string>> => {
  const origins = await readZoneNames(ssh, nameserver)
  const files = origins.map(zoneFileOf)
  const printed = await ssh.run(nameserver, ['sh', '-c', printFiles, 'sh', ...files], { timeoutMs })
  const texts = printed.split('\0')
  return new Map(origins.map((origin, index) => [origin, texts[index] ?? '']))
}
