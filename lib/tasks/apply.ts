import { InfraError } from '../errors.ts'
import { keepInstead } from '../plan/keep.ts'
import { planSwitchBack } from '../plan/switch-back.ts'
import type { Plan, PlanPhase } from '../plan/types.ts'
import { GateError } from './gate.ts'
import { observe } from './observe.ts'
import type { Display } from './renderer.ts'
import { runPhase } from './tree.ts'
import type { RunWorld } from './world.ts'

export interface ApplyOptions {
  readonly display: Display
  /** Asked right before a phase that destroys. */
  readonly approve: (confirm: NonNullable<PlanPhase['confirm']>) => Promise<boolean>
}

/**
 * Carries out a plan phase by phase. When a step fails while traffic may have moved, the lbs are switched back before
 * the error rises, and the error says where the traffic is.
 */
export const applyPlan = async (world: RunWorld, plan: Plan, options: ApplyOptions): Promise<void> => {
  const lastMove = plan.phases.findLastIndex((phase) => phase.movesTraffic)
  for (const [index, phase] of plan.phases.entries()) {
    world.signal.throwIfAborted()
    if (phase.confirm && !(await options.approve(phase.confirm))) {
      await decline(world, { phase, isLast: index === plan.phases.length - 1, display: options.display })
      continue
    }
    try {
      await runPhase(world, phase, options.display)
    } catch (error) {
      if (world.signal.aborted || plan.operation !== 'deploy') throw error
      if (index > lastMove) throw whileNewServes(error)
      throw mayHaveMoved(plan, index) ? await switchBack(world, error, options.display) : whileOldServes(error)
    }
  }
}

/** Traffic moves in this run from the first switch on; an lb that is proven without being switched was moved by an earlier run. */
const mayHaveMoved = ({ phases }: Plan, failed: number): boolean => {
  const moves = phases.filter((phase) => phase.movesTraffic)
  const isSwitch = (phase: PlanPhase): boolean => phase.tracks.flat().some((step) => step.kind === 'switch-lb')
  return failed >= phases.findIndex((phase) => phase.movesTraffic) || !moves.every(isSwitch)
}

/** Saying no at the very end keeps the old servers; earlier, the rest of the plan could not go on with them in its way. */
const decline = async (
  world: RunWorld,
  { phase, isLast, display }: { phase: PlanPhase; isLast: boolean; display: Display },
): Promise<void> => {
  if (isLast) return runPhase(world, keepInstead(phase), display)
  throw new InfraError(`${phase.title}: not agreed to`, { hint: 'Nothing was changed.' })
}

/** Puts the traffic back where it was, whatever went wrong, and says in which state that leaves the operator. */
const switchBack = async (world: RunWorld, error: unknown, display: Display): Promise<InfraError> => {
  try {
    const back = planSwitchBack(await observe(world), world.generation)
    if (back.phases.length === 0) return whileOldServes(error)
    for (const phase of back.phases) await runPhase(world, phase, display)
  } catch (second) {
    return new InfraError(`${textOf(error)}\nSwitching back failed as well: ${textOf(second)}`, {
      exitCode: 5,
      hint: 'Traffic may still go to the new nameservers. Look at status, mend what it shows, and run deploy-infra again.',
      cause: error,
    })
  }
  return withState(error, 'The lbs were switched back: the old nameservers serve again.')
}

const whileOldServes = (error: unknown): InfraError =>
  withState(error, 'No traffic has moved: the old nameservers serve.')

const whileNewServes = (error: unknown): InfraError =>
  new InfraError(textOf(error), {
    exitCode: 5,
    hint: `${hintOf(error)}The new nameservers serve; what is left of the deployment is finished by running deploy-infra again.`,
    cause: error,
  })

const withState = (error: unknown, state: string): InfraError =>
  new InfraError(textOf(error), {
    exitCode: error instanceof GateError ? 4 : error instanceof InfraError ? error.exitCode : 1,
    hint: `${state}\n${hintOf(error)}The new nameservers are kept for you to look at.`,
    cause: error,
  })

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const hintOf = (error: unknown): string => (error instanceof InfraError && error.hint ? `${error.hint}\n` : '')
