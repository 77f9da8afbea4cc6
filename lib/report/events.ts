import { appendFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { WitnessReport } from '../dns/witness.ts'
import { InfraError } from '../errors.ts'
import type { PhaseKey, Plan } from '../plan/types.ts'

/** What happened, one object a line: in `runs/<generation>/events.ndjson`, and on stdout with `--json`. */
type RunEvent =
  | ({ readonly event: 'plan' } & Plan)
  | {
      readonly event: 'phase'
      readonly key: PhaseKey
      readonly title: string
      readonly state: State
      readonly ms?: number
    }
  | {
      readonly event: 'step'
      readonly step: string
      readonly kind: string
      readonly state: State
      readonly ms?: number
      readonly error?: string
      /** All that was found wrong, where the error names the first of it. */
      readonly findings?: readonly string[]
      /** What it said last. */
      readonly detail?: string
    }
  | {
      readonly event: 'wait'
      readonly seen: string
      readonly isOver: boolean
      readonly details?: readonly string[]
      readonly remainingMs?: number
    }
  | { readonly event: 'witness'; readonly report: WitnessReport }
  /** It asked nothing: why, the end of a sentence. */
  | { readonly event: 'witness'; readonly unasked: string }
  | { readonly event: 'end'; readonly ok: boolean; readonly exitCode: number; readonly answers: readonly unknown[] }

type State = 'started' | 'done' | 'failed'

interface FinishedPhase {
  readonly key: PhaseKey
  readonly title: string
  readonly ms: number
}

export interface Events {
  readonly directory: string
  /** All phases of this run that have ended, with what they took. */
  readonly phases: () => readonly FinishedPhase[]
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
  const said: { readonly kind: string; readonly detail: string }[] = []
  const lineOf = (event: object): string => `${JSON.stringify({ time: new Date(now()).toISOString(), ...event })}\n`
  return {
    directory,
    phases: () => phases,
    said: (kind) => said.flatMap((one) => (one.kind === kind ? [one.detail] : [])),
    emit: (event) => {
      const line = lineOf(event)
      appendFileSync(file, line)
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
