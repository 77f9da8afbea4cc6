import type { WitnessReport } from '../dns/witness.ts'
import type { PhaseKey, Plan } from '../plan/types.ts'

/** What happened, one object a line: in `runs/<generation>/events.ndjson`, and on stdout with `--json`. */
export type RunEvent =
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
