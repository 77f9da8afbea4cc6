import type { Plan, PlanPhase } from './types.ts'

/** An lb of which a plan brings into use whatever turns out to be new. */
export interface Refreshed {
  readonly lb: string
  /** Packages too. */
  readonly upgrade: boolean
  /** The nginx that it does not use any more is stopped. */
  readonly retires: boolean
}

/** What is to be done on lbs, by their names, a phrase each; none where nothing is. */
export type Due = ReadonlyMap<string, readonly string[]>

export const refreshedBy = ({ phases }: Pick<Plan, 'phases'>): readonly Refreshed[] => {
  const steps = phases.flatMap(({ tracks }) => tracks.flat())
  return steps.flatMap((step) => {
    if (step.kind !== 'stage-lb' || !step.refresh) return []
    const { lb } = step
    const upgrade = steps.some((one) => one.kind === 'configure' && one.servers.includes(lb) && one.upgrade === true)
    return [{ lb, upgrade, retires: steps.some((one) => one.kind === 'retire-lb' && one.lb === lb) }]
  })
}

/** Leaves out the lbs on which nothing is to be done, and says of each what is. Pure. */
export const withDue = (plan: Plan, due: Due): Plan => {
  const idle = [...due].flatMap(([lb, tasks]) => (tasks.length === 0 ? lb : []))
  return {
    ...plan,
    notes: [...plan.notes, ...[...due].map(describeDue)],
    phases: plan.phases.filter((phase) => !isOnlyOf(phase, idle)),
  }
}

const describeDue = ([lb, tasks]: readonly [lb: string, tasks: readonly string[]]): string =>
  tasks.length === 0
    ? `${lb} is up to date: Ansible finds nothing to change, and its nginx runs what is installed.`
    : `To do on ${lb}: ${tasks.join('; ')}.`

const isOnlyOf = ({ tracks }: PlanPhase, lbs: readonly string[]): boolean =>
  tracks.flat().every((step) => {
    const names = 'servers' in step ? step.servers : 'lb' in step ? [step.lb] : []
    return names.length > 0 && names.every((name) => lbs.includes(name))
  })
