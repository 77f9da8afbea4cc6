import type { PhaseKey } from '../plan/types.ts'
import type { RunEvent } from './run-event.ts'

/** `running` at the end of a run that was not waited for. */
type State = 'running' | 'done' | 'failed'

interface Lasting {
  readonly state: State
  /** Milliseconds since the Unix epoch; without an end it has none. */
  readonly startedAtUnixMs: number
  readonly endedAtUnixMs?: number
}

export interface JournalStep extends Lasting {
  readonly step: string
  readonly kind: string
  /** What it said last. */
  readonly detail?: string
  readonly error?: string
  readonly findings?: readonly string[]
}

export interface JournalPhase extends Lasting {
  readonly key: PhaseKey
  readonly title: string
  readonly steps: readonly JournalStep[]
}

type OpenPhase = { -readonly [K in keyof Omit<JournalPhase, 'steps'>]: JournalPhase[K] } & { steps: JournalStep[] }

type StepEvent = Extract<RunEvent, { event: 'step' }>
type PhaseEvent = Extract<RunEvent, { event: 'phase' }>

/** What was done when, told by the events of a run: phases follow each other, the steps of one may run side by side. */
export const createJournal = () => {
  const phases: OpenPhase[] = []
  const notePhase = ({ key, title, state }: PhaseEvent, at: number): void => {
    if (state === 'started') phases.push({ key, title, state: 'running', startedAtUnixMs: at, steps: [] })
    else Object.assign(phases.at(-1) ?? {}, { state, endedAtUnixMs: at })
  }
  const noteStep = ({ step, kind, state, ...more }: StepEvent, at: number): void => {
    const steps = phases.at(-1)?.steps
    if (!steps) return
    if (state === 'started') {
      steps.push({ step, kind, state: 'running', startedAtUnixMs: at })
      return
    }
    const index = steps.findLastIndex((one) => one.step === step && one.state === 'running')
    const begun = steps[index]
    if (begun) steps[index] = { ...begun, state, endedAtUnixMs: at, ...wordsOf(more) }
  }
  return {
    phases: (): readonly JournalPhase[] => phases,
    /** @param at milliseconds since the Unix epoch */
    note: (event: RunEvent, at: number): void => {
      if (event.event === 'phase') notePhase(event, at)
      if (event.event === 'step') noteStep(event, at)
    },
  }
}

const wordsOf = ({
  detail,
  error,
  findings,
}: Pick<StepEvent, 'detail' | 'error' | 'findings'>): Pick<JournalStep, 'detail' | 'error' | 'findings'> => ({
  ...(detail === undefined ? {} : { detail }),
  ...(error === undefined ? {} : { error }),
  ...(findings === undefined ? {} : { findings }),
})
