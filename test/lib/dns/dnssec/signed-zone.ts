import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type SignedZone, unprovenIn } from '../../../../lib/dns/dnssec/judge.ts'
import { query } from '../../../../lib/dns/query.ts'
import { usualEdns } from '../../../../lib/dns/wire/question.ts'
import type { Answered } from '../../../../lib/dns/wire/reply.ts'
import { runProgram } from '../../../../lib/outside/program.ts'
import { readZoneText } from '../../../../lib/zones/read-text.ts'
import { readSigned } from '../../../../lib/zones/signing/served.ts'
import type { Zone } from '../../../../lib/zones/zone.ts'
import { nsid, withZoneFiles } from '../../zones/fixture.ts'
import { startNamed } from '../named.ts'

export type Asked = readonly [name: string, type: string]

const run = async (argv: readonly string[], cwd: string): Promise<string> => {
  const { exitCode, stdout, stderr } = await runProgram(argv, { cwd })
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
  return stdout
}

/** Signs with a key of its own, whatever dnssec-signzone itself thinks of the result. @returns the zone as a text, a record a line. */
export const signBy = (
  { origin, text }: Zone,
  {
    algorithm = 'ECDSAP256SHA256',
    args = ['-3', '-', '-H', '0'],
    inception = 'now-86400',
    expiration = 'now+86400',
  } = {},
): Promise<string> =>
  withZoneFiles({ source: text }, async (folder) => {
    const size = algorithm === 'RSASHA256' ? ['-b', '2048'] : []
    const keygen = ['dnssec-keygen', '-q', '-C', '-a', algorithm, ...size, '-f', 'KSK', '-L', '3600', origin]
    const name = (await run(keygen, folder)).trim()
    const source = path.join(folder, 'source')
    await writeFile(source, `${text}${await readFile(path.join(folder, `${name}.key`), 'utf8')}`)
    const times = ['-s', inception, '-e', expiration]
    const out = ['-P', '-q', '-z', '-x', '-O', 'full', '-o', origin, '-f', 'signed', '-k', name, 'source']
    await run(['dnssec-signzone', ...times, ...args, ...out], folder)
    return (await readFile(path.join(folder, 'signed'), 'utf8')).replace(/^;.*\n/gm, '')
  })

/** A zone as it is once it is signed so. */
export const readSignedZone = async (zone: Zone, how: Parameters<typeof signBy>[1] = {}): Promise<Zone> => {
  const text = await signBy(zone, how)
  const rrsets = await readZoneText(zone.origin, text)
  if (typeof rrsets === 'string') throw new Error(rrsets)
  return { ...zone, text, ...readSigned(rrsets) }
}

/** What such a text publishes. */
export const readPublished = async (origin: string, text: string): Promise<SignedZone> => {
  const rrsets = await readZoneText(origin, text)
  if (typeof rrsets === 'string') throw new Error(rrsets)
  return { origin, published: readSigned(rrsets).signing?.published.rdata ?? [] }
}

/** Asks a real server that has this text, with DO. */
export const askAll = async (
  zone: Pick<Zone, 'origin' | 'text'>,
  questions: readonly Asked[],
): Promise<readonly (Answered & { readonly asked: Asked })[]> => {
  const named = await startNamed([{ ...zone, serial: 0, rrsets: [] }], { nsid })
  try {
    return await Promise.all(
      questions.map(async ([name, type]) => {
        const edns = { ...usualEdns, flags: 0x8000 }
        const reply = await query(named.ipv4, { name, type, transport: 'tcp', edns })
        if (reply.kind !== 'answered') throw new Error(`${name} ${type}: ${reply.detail}`)
        return { ...reply, asked: [name, type] as const }
      }),
    )
  } finally {
    await named.stop()
  }
}

/** The faults of each answer that has some, after what was asked. */
export const unproven = async (
  zone: Pick<Zone, 'origin' | 'text'>,
  signed: SignedZone,
  questions: readonly Asked[],
): Promise<readonly string[]> => {
  const replies = await askAll(zone, questions)
  return replies.flatMap(({ asked: [name, type], ...reply }) =>
    unprovenIn(reply, { name, type }, signed, Date.now() / 1000).map((fault) => `${name} ${type}: ${fault}`),
  )
}

/** The judge of BIND, which knows the file. */
export const isRight = ({ origin, text }: Pick<Zone, 'origin' | 'text'>): Promise<boolean> =>
  withZoneFiles({ signed: text }, async (folder) => {
    const { exitCode } = await runProgram(['dnssec-verify', '-q', '-z', '-o', origin, path.join(folder, 'signed')])
    return exitCode === 0
  })
