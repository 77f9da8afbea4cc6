import { type FileHandle, open, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../errors.ts'
import { firstHeld, runProgram } from '../../outside/program.ts'
import { inScratch } from '../../scratch.ts'
import { findDifferingRrsets } from '../difference.ts'
import { readZoneText } from '../read-text.ts'
import { runTool } from '../tool.ts'
import type { Zone } from '../zone.ts'
import { type SigningRules, signCommand, verifyCommand } from './commands.ts'
import { keyTtlOf } from './known.ts'
import { readSigned } from './served.ts'
import { recordOf, type ZoneKey } from './zone-key.ts'

export interface Signer {
  readonly key: ZoneKey
  /** What `openPrivateKey` gave. */
  readonly privateKey: string
}

/**
 * Signs a finished zone (dnssec-signzone(8)). Other signatures come of it each time (RFC 6605 draws a number for each): what is to be
 * the same everywhere is signed once.
 * @param signers of one zone, at least one: each signs everything.
 * @returns the zone with the text that nameservers are given, once dnssec-verify(8) has found it right and nothing else of it has changed.
 * @throws InfraError (exit code 2) when it cannot be signed.
 */
export const signZone = (zone: Zone, signers: readonly Signer[], rules: SigningRules): Promise<Zone> =>
  inScratch('signing-', async (folder) => {
    const { origin } = zone
    const signed = path.join(folder, 'signed')
    const keys = signers.map(({ key }) => key)
    await writeFile(path.join(folder, 'source'), `${zone.text}${recordsOf(keys)}`)
    await runSigner(folder, signCommand(keys, rules, { source: 'source', signed }), signers)
    const text = withoutRemarks(await readFile(signed, 'utf8'))
    const [verified, rrsets] = await Promise.all([
      runTool(verifyCommand(origin, signed), folder),
      readZoneText(origin, text),
    ])
    if (!verified.ok) throw refused(origin, `dnssec-verify: ${verified.messages.join(' / ')}`)
    if (typeof rrsets === 'string') throw refused(origin, rrsets)
    return { ...zone, text, ...verifySame(zone, readSigned(rrsets)) }
  })

/** One set of records has one TTL (RFC 2181 §5.2). */
const recordsOf = (keys: readonly ZoneKey[]): string =>
  keys.map((key) => `${recordOf({ ...key, ttlSeconds: keyTtlOf(keys) })}\n`).join('')

/** The private halves are in files without a name, which are gone with the process however that ends. */
const runSigner = async (folder: string, argv: readonly string[], signers: readonly Signer[]): Promise<void> => {
  const held: FileHandle[] = []
  try {
    for (const { key, privateKey } of signers) {
      await writeFile(path.join(folder, `${key.name}.key`), `${recordOf(key)}\n`)
      await symlink(`/dev/fd/${firstHeld + held.length}`, path.join(folder, `${key.name}.private`))
      const file = await openNameless(path.join(folder, 'held'))
      held.push(file)
      await file.write(privateKey, 0)
    }
    const { exitCode, stderr } = await runProgram(argv, { cwd: folder, held, missing })
    if (exitCode !== 0) throw refused(signers[0]?.key.origin ?? '', stderr.trim().split('\n').slice(-3).join(' / '))
  } finally {
    await Promise.all(held.map((file) => file.close()))
  }
}

const missing = {
  means: 'zones cannot be signed',
  remedy: 'Install it: apt-get install bind9-utils (Debian, Ubuntu) or brew install bind (macOS).',
}

const openNameless = async (file: string): Promise<FileHandle> => {
  const held = await open(file, 'wx+', 0o600)
  await rm(file)
  return held
}

/** When each signature was made and shall be made again, which nobody here goes by. */
const withoutRemarks = (text: string): string => text.replace(/^;.*\n/gm, '')

const verifySame = <S extends Pick<Zone, 'rrsets'>>({ origin, rrsets }: Zone, signed: S): S => {
  const differing = findDifferingRrsets(rrsets, signed.rrsets)
  if (differing.length === 0) return { ...signed, rrsets }
  throw refused(origin, `signing has changed ${differing.slice(0, 3).join(', ')}`)
}

const refused = (origin: string, why: string): InfraError =>
  new InfraError(`${origin} cannot be signed: ${why}`, {
    hint: 'Nothing was created or changed. Correct the zone file; signatures hold from yesterday on, so see to the clock of this computer too.',
    exitCode: 2,
  })
