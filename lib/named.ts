import { canonicalName } from './dns/name.ts'
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
