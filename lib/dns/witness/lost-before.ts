import type { WitnessReport } from '../witness.ts'

type Target = WitnessReport['targets'][number]

/**
 * How many queries to a target were lost because nobody answered there when an operation began, and before it moved what the target
 * sends to: that is no loss of the operation. One that was heard once, or was first asked in the middle, has none. Pure.
 */
export const lostBefore = ({ startedAt, steps }: WitnessReport, { name, since, unheard }: Target): number => {
  if (since > startedAt) return 0
  const moved = steps.findIndex((step) => step.name === `switch ${name}` || step.name.startsWith('move '))
  const before = (moved < 0 ? steps : steps.slice(0, moved)).map((step) => step.name)
  return unheard.reduce((sum, { step, lost }) => sum + (before.includes(step) ? lost : 0), 0)
}

/** What an operation itself lost, through all targets. Pure. */
export const lostByOperation = (report: WitnessReport): number =>
  report.targets.reduce((sum, one) => sum + one.lost + one.refused - lostBefore(report, one), 0)
