import path from 'node:path'
import { type Clock, waitFor } from '../../lib/clock.ts'
import { writeWhole } from '../host/record.ts'
import type { InternetLayout } from '../layout.ts'
import { keepRunning } from './child.ts'
import { copyProgram } from './program.ts'
import { rootZoneText } from './root-zone.ts'
import { findSerial } from './serial.ts'

export type Parent = InternetLayout['parents'][number]
type Servers = Pick<InternetLayout, 'root' | 'parents'>

export interface Named {
  /** Serves another text of the parent zone on one parent. Resolves when that server answers with the new serial. */
  publish(parent: Parent, zone: { readonly text: string; readonly serial: number }): Promise<void>
  stop(): Promise<void>
}

/** The text one server serves; of a parent, what was published there last, also after a crash. @param server its name */
export const zoneFile = (directory: string, server: string): string => path.join(directory, `${server}.zone`)

const listen = (addresses: readonly string[]): string => addresses.map((address) => `${address};`).join(' ')

/** One process is all the servers: which zone it serves depends on the address it is asked at. */
const namedConfig = (directory: string, { root, parents }: Servers): string => {
  const servers = [{ name: 'root', zone: '.', ...root }, ...parents.map((one) => ({ zone: 'test.', ...one }))]
  const views = servers.map(
    ({ name, zone, ipv4, ipv6 }) => `view "${name}" {
  match-destinations { ${listen([ipv4, ipv6])} };
  zone "${zone}" { type primary; file "${zoneFile(directory, name)}"; };
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
  readonly clock: Clock
}

/** A reload may pass over a file, and its exit status says nothing: it is asked for again until the answer has changed. */
const reloadAgainMs = 1000

/** Starts the servers of the root and of the parent zone, whose files have to be there. */
export const startNamed = async ({ directory, clock, root, parents }: NamedOptions): Promise<Named> => {
  const config = path.join(directory, 'named.conf')
  await writeWhole(zoneFile(directory, 'root'), rootZoneText({ root, parents }))
  await writeWhole(config, namedConfig(directory, { root, parents }))
  const child = keepRunning(await copyProgram('named', directory), ['-g', '-n', '1', '-c', config])
  const publish: Named['publish'] = async ({ name, ipv4 }, { text, serial }) => {
    const file = zoneFile(directory, name)
    await writeWhole(file, text)
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
          await writeWhole(file, text)
          child.signal('SIGHUP')
        }
        return { seen: `serial ${seen}` }
      },
      { clock, everyMs: 20, timeoutMs: 30_000 },
    )
  }
  return { publish, stop: child.stop }
}
