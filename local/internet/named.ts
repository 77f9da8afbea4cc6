import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, waitFor } from '../../lib/clock.ts'
import { writeWhole } from '../host/record.ts'
import type { InternetLayout } from '../layout.ts'
import { keepRunning } from './child.ts'
import { dsOf, type InternetKeys, type ZoneKey } from './keys.ts'
import { copyProgram } from './program.ts'
import { rootZoneText } from './root-zone.ts'
import { findSerial } from './serial.ts'
import { signZone } from './sign.ts'

export type Parent = InternetLayout['parents'][number]
type Servers = Pick<InternetLayout, 'root' | 'parents'>

export interface Named {
  /** Serves another text of the parent zone on one parent. Resolves when that server answers with the new serial. */
  publish(parent: Parent, zone: { readonly text: string; readonly serial: number }): Promise<void>
  stop(): Promise<void>
}

/** What was published on one server last, also after a crash, and before it was signed. @param server its name; `root` is one */
export const zoneFile = (directory: string, server: string): string => path.join(directory, `${server}.zone`)

/** What that server serves. */
const signedFile = (directory: string, server: string): string => `${zoneFile(directory, server)}.signed`

const listen = (addresses: readonly string[]): string => addresses.map((address) => `${address};`).join(' ')

/** One process is all the servers: which zone it serves depends on the address it is asked at. */
const namedConfig = (directory: string, { root, parents }: Servers): string => {
  const servers = [{ name: 'root', zone: '.', ...root }, ...parents.map((one) => ({ zone: 'test.', ...one }))]
  const views = servers.map(
    ({ name, zone, ipv4, ipv6 }) => `view "${name}" {
  match-destinations { ${listen([ipv4, ipv6])} };
  zone "${zone}" { type primary; file "${signedFile(directory, name)}"; };
};`,
  )
  return `options {
  directory "${directory}"; pid-file none; session-keyfile none; lock-file none;
  listen-on { ${listen(servers.map(({ ipv4 }) => ipv4))} }; listen-on-v6 { ${listen(servers.map(({ ipv6 }) => ipv6))} };
  automatic-interface-scan no; interface-interval 0;
  recursion no; allow-query { any; }; allow-transfer { none; }; notify no;
  dnssec-validation no; empty-zones-enable no; minimal-responses yes; minimal-any yes;
  max-udp-size 1232; edns-udp-size 1232; version none; hostname none; server-id none; answer-cookie no;
};
controls { };
${views.join('\n')}
`
}

export interface NamedOptions extends Servers {
  readonly directory: string
  readonly keys: InternetKeys
  readonly clock: Clock
}

/** A reload may pass over a file, and its exit status says nothing: it is asked for again until the answer has changed. */
const reloadAgainMs = 1000

/**
 * Starts the servers of the root and of the parent zone, whose files have to be there. Signatures are made anew: those of last time may
 * have ended, and an earlier version made none.
 */
export const startNamed = async ({ directory, keys, clock, root, parents }: NamedOptions): Promise<Named> => {
  const config = path.join(directory, 'named.conf')
  // what cannot be signed is not kept, so that it is not there at the next start either
  const serve = async (server: string, key: ZoneKey, text: string): Promise<string> => {
    const source = `${zoneFile(directory, server)}.source`
    const signed = await signZone(key, { text, source }, clock.now() / 1000)
    await writeWhole(zoneFile(directory, server), text)
    await writeWhole(signedFile(directory, server), signed)
    return signed
  }
  await serve('root', keys.root, rootZoneText({ root, parents }, await dsOf(keys.parent)))
  for (const { name } of parents) await serve(name, keys.parent, await readFile(zoneFile(directory, name), 'utf8'))
  await writeWhole(config, namedConfig(directory, { root, parents }))
  const child = keepRunning(await copyProgram('named', directory), ['-g', '-n', '1', '-c', config])
  const publish: Named['publish'] = async ({ name, ipv4 }, { text, serial }) => {
    const signed = await serve(name, keys.parent, text)
    let reloadAt = 0
    await waitFor(
      `${name} shows serial ${serial}`,
      async () => {
        const seen = await findSerial(ipv4, 'test')
        if (seen === serial) return { done: true }
        // one that is just starting would be ended by the signal, and reads the file anyway
        if (seen === undefined) return { seen: 'no answer' }
        if (clock.now() >= reloadAt) {
          reloadAt = clock.now() + reloadAgainMs
          await writeWhole(signedFile(directory, name), signed)
          child.signal('SIGHUP')
        }
        return { seen: `serial ${seen}` }
      },
      { clock, everyMs: 20, timeoutMs: 30_000 },
    )
  }
  return { publish, stop: child.stop }
}
