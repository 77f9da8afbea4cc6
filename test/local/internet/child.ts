import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runShell } from '../../../local/host/run.ts'
import { copyProgram } from '../../../local/internet/program.ts'
import type { TwinLayout } from '../../../local/layout.ts'
import { ask, until } from './rig.ts'

export interface Child {
  stop(): Promise<void>
}

export interface ChildZone {
  readonly ipv4: string
  readonly ipv6: string
  readonly origin: string
  readonly records: readonly string[]
}

export const startChild = (layout: TwinLayout, { ipv4, ipv6, origin, records }: ChildZone): Promise<Child> =>
  startNameserver(layout, {
    ipv4,
    ipv6,
    zones: [{ origin: `${origin}.`, text: `$ORIGIN ${origin}.\n${records.join('\n')}\n` }],
    options: 'minimal-responses yes;',
  })

interface Nameserver {
  readonly ipv4: string
  readonly ipv6: string
  readonly zones: readonly { readonly origin: string; readonly text: string }[]
  /** Lines for the options block of named.conf(5). */
  readonly options: string
}

/** A real authoritative server on two addresses of the twin, in the twin's namespace. */
export const startNameserver = async (
  layout: TwinLayout,
  { ipv4, ipv6, zones, options }: Nameserver,
): Promise<Child> => {
  const folder = path.join(layout.stateDir, 'child', ipv4)
  await mkdir(folder, { recursive: true })
  for (const { origin, text } of zones) await writeFile(path.join(folder, `${origin}zone`), text)
  const config = path.join(folder, 'named.conf')
  await writeFile(
    config,
    `options { directory "${folder}"; pid-file none; session-keyfile none; lock-file none;
  listen-on { ${ipv4}; }; listen-on-v6 { ${ipv6}; }; recursion no; allow-transfer { none; }; notify no;
  dnssec-validation no; empty-zones-enable no; ${options} };
controls { };
${zones.map(({ origin }) => `zone "${origin}" { type primary; file "${folder}/${origin}zone"; };\n`).join('')}`,
  )
  for (const address of [`${ipv4}/32`, `${ipv6}/128`]) {
    await runShell(`ip -n ${layout.namespace} addr replace ${address} dev lo`)
  }
  const network = `--net=/run/netns/${layout.namespace}`
  const child = spawn('nsenter', [network, await copyProgram('named', folder), '-g', '-n', '1', '-c', config], {
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  await until(`${ipv4} answers`, () =>
    ask(ipv4, zones[0]?.origin ?? '.', 'SOA').then(
      ({ aa }) => aa,
      () => false,
    ),
  )
  return {
    stop: async () => {
      kill()
      await ended
      process.off('exit', kill)
    },
  }
}
