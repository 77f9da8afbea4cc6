import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { query, type Target } from '../../../lib/dns/query.ts'
import type { Zone } from '../../../lib/zones/zone.ts'

export interface Named {
  readonly port: number
  readonly ipv4: Target
  readonly ipv6: Target
  stop(): Promise<void>
}

export interface NamedOptions {
  readonly nsid: string
  /** Lines for the options block, after the usual ones. */
  readonly extra?: string
}

/** One that neither TCP nor UDP has taken: what asks has ports of the same range. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const socket = createSocket('udp4')
  const isFree = await new Promise<boolean>((resolve) => {
    socket.once('error', () => resolve(false))
    socket.bind(address.port, '127.0.0.1', () => resolve(true))
  })
  if (isFree) socket.close()
  server.close()
  await once(server, 'close')
  return isFree ? address.port : freePort()
}

const closedOptions = 'tcp-clients 1000; tcp-listen-queue 256; recursion no; allow-transfer { none; };'

const configOf = (
  folder: string,
  port: number,
  zones: readonly Zone[],
  { nsid, extra = closedOptions }: NamedOptions,
): string => `
options {
  directory "${folder}"; pid-file "${folder}/named.pid"; session-keyfile "${folder}/session.key";
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 port ${port} { ::1; };
  allow-query { any; }; notify no; dnssec-validation no; empty-zones-enable no;
  minimal-responses yes; minimal-any yes; max-udp-size 1232; edns-udp-size 1232;
  version "none"; hostname "${nsid}"; server-id "${nsid}"; answer-cookie no; querylog no;
  ${extra}
};
controls { };
${zones.map(({ origin }) => `zone "${origin}" { type primary; file "${folder}/${origin}zone"; };`).join('\n')}
`

/** The real server, as a child process on a free port of 127.0.0.1 and ::1. */
export const startNamed = async (zones: readonly Zone[], options: NamedOptions): Promise<Named> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'named-'))
  const port = await freePort()
  for (const { origin, text } of zones) await writeFile(path.join(folder, `${origin}zone`), text)
  await writeFile(path.join(folder, 'named.conf'), configOf(folder, port, zones, options))
  const child = spawn('named', ['-g', '-n', '1', '-c', path.join(folder, 'named.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += chunk
  })
  const exited = once(child, 'exit')
  // A test that crashes must not leave a server behind.
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
    process.off('exit', kill)
    await rm(folder, { recursive: true, force: true })
  }
  const ipv4 = { name: 'ns1', address: '127.0.0.1', port }
  for (let i = 0; i < 100; i++) {
    const question = { name: zones[0]?.origin ?? '.', type: 'SOA', transport: 'tcp' } as const
    const reply = await query(ipv4, question, { timeoutMs: 500 })
    if (reply.kind === 'answered') return { port, ipv4, ipv6: { name: 'ns1', address: '::1', port }, stop }
    if (child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await stop()
  throw new Error(`named did not start:\n${log}`)
}
