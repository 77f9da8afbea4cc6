import type { Clock } from '../clock.ts'
import { InfraError } from '../errors.ts'
import { RegistrarError } from './errors.ts'

export interface Effects {
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
}

export interface Change<T> {
  /** `192.0.2.1 for ns1.example.test at Porkbun` */
  readonly what: string
  put(): Promise<void>
  read(): Promise<T>
  isDone(shown: T): boolean
  describe(shown: T): string
}

const readEveryMs = 5000
const reads = 60

/**
 * Asks for a change, and reads until it is there: some registrars accept one long before. Where the answer was lost, reading
 * tells whether it was done.
 * @throws RegistrarError when it was refused; InfraError when it does not show within five minutes.
 */
export const putAndReadBack = async <T>(change: Change<T>, { clock, signal }: Effects): Promise<void> => {
  const lost = await putOnce(change)
  for (let read = 1; ; read++) {
    const shown = await change.read()
    if (change.isDone(shown)) return
    if (lost && read > 1) throw lost
    if (read === reads) {
      const minutes = Math.round((readEveryMs * reads) / 60_000)
      throw new InfraError(`${change.what}: accepted ${minutes} minutes ago, and still ${change.describe(shown)}`, {
        hint: 'Look at the settings of the domain there, and run this again: it goes on where it stopped.',
      })
    }
    await clock.sleep(readEveryMs, signal)
  }
}

const putOnce = async ({ put }: Pick<Change<unknown>, 'put'>): Promise<RegistrarError | undefined> => {
  try {
    await put()
    return undefined
  } catch (error) {
    if (error instanceof RegistrarError && error.maybeDone) return error
    throw error
  }
}
