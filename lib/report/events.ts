import { appendFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { InfraError } from '../errors.ts'
import type { PhaseKey } from '../plan/types.ts'
import { createJournal, type JournalPhase } from './journal.ts'
import type { RunEvent } from './run-event.ts'

interface FinishedPhase {
  readonly key: PhaseKey
  readonly title: string
  readonly ms: number
}

export interface Events {
  readonly directory: string
  /** All phases of this run that have ended, with what they took. */
  readonly phases: () => readonly FinishedPhase[]
  /** All phases that have begun, with their steps and times. */
  readonly journal: () => readonly JournalPhase[]
  /** The last words of the steps of this kind that are done. */
  readonly said: (kind: string) => readonly string[]
  emit(event: RunEvent): void
  /** The end of a run that failed: for the file alone, since on stdout the script itself says how it ended. */
  fail(error: unknown): void
}

/**
 * @param directory `runs/<generation>`; made when it is missing. Reports are for people: nothing here is read again.
 * @param json also write each event to stdout.
 */
export const createEvents = (
  directory: string,
  { json, now }: { readonly json: boolean; readonly now: () => number },
): Events => {
  mkdirSync(directory, { recursive: true })
  const file = path.join(directory, 'events.ndjson')
  const phases: FinishedPhase[] = []
  const journal = createJournal()
  const said: { readonly kind: string; readonly detail: string }[] = []
  const lineOf = (event: object, at = now()): string =>
    `${JSON.stringify({ time: new Date(at).toISOString(), ...event })}\n`
  return {
    directory,
    phases: () => phases,
    journal: journal.phases,
    said: (kind) => said.flatMap((one) => (one.kind === kind ? [one.detail] : [])),
    emit: (event) => {
      const at = now()
      const line = lineOf(event, at)
      appendFileSync(file, line)
      journal.note(event, at)
      if (event.event === 'phase' && event.ms !== undefined) {
        const { key, title, ms } = event
        phases.push({ key, title, ms })
      }
      if (event.event === 'step' && event.state === 'done' && event.detail !== undefined) {
        const { kind, detail } = event
        said.push({ kind, detail })
      }
      if (json) process.stdout.write(line)
    },
    fail: (error) => appendFileSync(file, lineOf({ event: 'end', ok: false, ...failureOf(error) })),
  }
}

const failureOf = (error: unknown): object => {
  if (!(error instanceof InfraError)) return { exitCode: 1, error: { message: String(error) } }
  const { exitCode, message, hint } = error
  return { exitCode, error: { message, hint } }
}
