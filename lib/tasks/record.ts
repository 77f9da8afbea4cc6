import { textOf } from '../errors.ts'
import { describeStep } from '../plan/describe.ts'
import type { PlanPhase, Step } from '../plan/types.ts'
import { findingsOf } from './gate.ts'
import type { RunWorld } from './world.ts'

/** Says in a few words how far a step is. */
export type Report = (text: string) => void

/** Tells the events of a run when a step begins, how it ends, and what it said last; what `work` throws rises. */
export const recordStep = async (
  { clock, events }: RunWorld,
  step: Step,
  work: (report: Report) => Promise<void>,
): Promise<void> => {
  const said: { last?: string } = {}
  const entry = { event: 'step', step: describeStep(step), kind: step.kind } as const
  const startedAt = clock.now()
  events.emit({ ...entry, state: 'started' })
  try {
    await work((text) => {
      said.last = text
    })
  } catch (error) {
    const findings = findingsOf(error)
    const whole = findings.length > 0 ? { findings } : {}
    events.emit({ ...entry, state: 'failed', ms: clock.now() - startedAt, error: textOf(error), ...whole })
    throw error
  }
  const detail = said.last === undefined ? {} : { detail: said.last }
  events.emit({ ...entry, state: 'done', ms: clock.now() - startedAt, ...detail })
}

/** The same of a phase. */
export const recordPhase = async (
  { clock, events }: RunWorld,
  { key, title }: PlanPhase,
  work: () => Promise<void>,
): Promise<void> => {
  const entry = { event: 'phase', key, title } as const
  const startedAt = clock.now()
  events.emit({ ...entry, state: 'started' })
  try {
    await work()
  } catch (error) {
    events.emit({ ...entry, state: 'failed', ms: clock.now() - startedAt })
    throw error
  }
  events.emit({ ...entry, state: 'done', ms: clock.now() - startedAt })
}
