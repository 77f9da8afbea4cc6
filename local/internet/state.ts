import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Domain } from './domains.ts'
import type { Faults } from './faults.ts'

/** All that the little internet has to remember: what was registered, not what is published yet. */
export interface InternetState {
  readonly domains: readonly Domain[]
  /** Of the parent zone; higher with every change. */
  readonly serial: number
  /** Seconds: of delegations and their glue. */
  readonly parentTtl: number
  readonly faults: Faults
}

const usualParentTtlSeconds = 10

/** The zones that are there to rehearse with; nobody serves them yet. */
const emptyState: InternetState = {
  domains: ['example.test', 'example2.test'].map((name) => ({ name, nameservers: [], hosts: [] })),
  serial: 1,
  parentTtl: usualParentTtlSeconds,
  faults: {},
}

export interface StateFile {
  read(): InternetState
  /** Kept before it is answered: a daemon that is killed comes back with all that it has accepted. */
  write(changes: Partial<InternetState>): void
}

/** @param file replaced as a whole, so it is never half written */
export const openState = (file: string): StateFile => {
  let state: InternetState = existsSync(file)
    ? { ...emptyState, ...JSON.parse(readFileSync(file, 'utf8')) }
    : emptyState
  return {
    read: () => state,
    write: (changes) => {
      state = { ...state, ...changes }
      writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
  }
}
