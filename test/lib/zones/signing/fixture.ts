import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { runProgram } from '../../../../lib/outside/program.ts'
import { makeZoneKey } from '../../../../lib/zones/signing/make-key.ts'
import type { ZoneKey } from '../../../../lib/zones/signing/zone-key.ts'
import { withZoneFiles } from '../fixture.ts'

export const rules = { now: Math.floor(Date.now() / 1000), validityDays: 60, denial: 'nsec3' } as const

/** An operator's key for SSH, made in a folder. */
export const makeOperator = async (
  folder: string,
  name = 'operator',
  { kind = 'ed25519', passphrase = '' } = {},
): Promise<{ readonly identity: string; readonly recipient: string }> => {
  const identity = path.join(folder, name)
  const { exitCode, stderr } = await runProgram(['ssh-keygen', '-q', '-t', kind, '-N', passphrase, '-f', identity])
  if (exitCode !== 0) throw new Error(stderr)
  return { identity, recipient: (await readFile(`${identity}.pub`, 'utf8')).trim() }
}

interface Keys {
  /** Where the keys of zones are. */
  readonly folder: string
  readonly identity: string
  readonly recipient: string
  /** An empty folder beside it. */
  readonly scratch: string
  readonly make: (origin: string) => Promise<ZoneKey>
}

/** Calls `use` with an operator and a folder for keys, and removes both after. */
export const withKeyFolder = <T>(use: (keys: Keys) => Promise<T>): Promise<T> =>
  withZoneFiles({}, async (scratch) => {
    const operator = await makeOperator(scratch)
    const folder = path.join(scratch, 'dnssec-keys')
    const make = (origin: string) => makeZoneKey({ origin, ttlSeconds: 3600, folder, recipients: [operator.recipient] })
    return use({ folder, scratch, ...operator, make })
  })
