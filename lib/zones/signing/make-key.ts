import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../errors.ts'
import { inScratch } from '../../scratch.ts'
import { runTool } from '../tool.ts'
import { encrypt } from './age.ts'
import { parseKeyFile, recordOf, type ZoneKey } from './zone-key.ts'

export interface KeyRequest {
  /** `example.test.` */
  readonly origin: string
  /** Of its DNSKEY record. */
  readonly ttlSeconds: number
  /** Where its two files shall be; made when it is not there. */
  readonly folder: string
  /** To whom the private half is encrypted, as `encrypt` takes them. */
  readonly recipients: readonly string[]
}

/** `-C`: without times, by which dnssec-signzone(8) would go instead of by what is there. */
const keygenCommand = ({ origin, ttlSeconds }: KeyRequest): readonly string[] => [
  'dnssec-keygen',
  '-q',
  '-C',
  '-a',
  'ECDSAP256SHA256',
  '-f',
  'KSK',
  '-L',
  String(ttlSeconds),
  origin,
]

/**
 * Makes the key of a zone (dnssec-keygen(8)). The private half is written in full only where nobody else may enter, and is gone from
 * there afterwards.
 * @throws InfraError (exit code 2) when it cannot be made or encrypted; nothing is left then.
 */
export const makeZoneKey = (request: KeyRequest): Promise<ZoneKey> =>
  inScratch('key-', async (scratch) => {
    const made = await runTool(keygenCommand(request), scratch)
    const name = made.stdout.toString('utf8').trim()
    if (!made.ok) throw notMade(request, made.messages.join(' / '))
    const file = `${name}.key`
    const key = parseKeyFile(file, await readFile(path.join(scratch, file), 'utf8'))
    if (typeof key === 'string') throw notMade(request, `${file} ${key}`)
    const encrypted = `${name}.private.age`
    await encrypt(path.join(scratch, `${name}.private`), path.join(scratch, encrypted), request.recipients)
    await mkdir(request.folder, { recursive: true })
    // a copy first, since the scratch folder may be on another disk; whoever is interrupted has a half, which is told as such
    const hidden = path.join(request.folder, `.${encrypted}`)
    await writeFile(hidden, await readFile(path.join(scratch, encrypted)))
    await rename(hidden, path.join(request.folder, encrypted))
    await writeFile(path.join(request.folder, file), `${recordOf(key)}\n`)
    return key
  })

const notMade = ({ origin }: KeyRequest, why: string): InfraError =>
  new InfraError(`No key could be made for ${origin}: ${why}`, { exitCode: 2 })
