import { InfraError } from '../errors.ts'
import { keepInstead } from '../plan/keep.ts'
import { isAtomic, type Recovery } from '../plan/recovery.ts'
import type { Plan, PlanPhase, Step } from '../plan/types.ts'
import { recordPhase } from './record.ts'
import { recover } from './recover.ts'
import type { Display } from './renderer.ts'
import { runPhase } from './tree.ts'
import type { RunWorld } from './world.ts'

export interface ApplyOptions {
  readonly display: Display
  /** What is so when it ends before its end. */
  readonly recovery: Recovery
  /** Asked right before a phase that destroys. */
  readonly approve: (confirm: NonNullable<PlanPhase['confirm']>) => Promise<boolean>
  /** Asked before a phase that has a question of its own. */
  readonly agree: (question: string) => Promise<boolean>
  /** Sits out a step that waits for the world outside. */
  readonly waitFor: (world: RunWorld, step: Step) => Promise<void>
}

/**
 * Carries out a plan phase by phase. However it ends before its end, failed, interrupted or not agreed to, the error says where
 * the traffic is; what had moved and is not proven is taken back first.
 * @throws StoppedError, or InfraError with exit code 7 where there is a long wait.
 */
export const applyPlan = async (world: RunWorld, plan: Plan, options: ApplyOptions): Promise<void> => {
  for (const [index, phase] of plan.phases.entries()) {
    const at = { plan, index, recovery: options.recovery, display: options.display }
    const agreed = await agreeTo(world, phase, options).catch(async (error: unknown) => {
      throw await recover(world, { ...at, isBegun: false, error })
    })
    await carryOut(world, agreed, options).catch(async (error: unknown) => {
      throw await recover(world, { ...at, isBegun: true, error })
    })
  }
}

/** The phase to carry out: where the rest of the plan can go on without a deletion, saying no keeps what it would have deleted. */
const agreeTo = async (world: RunWorld, phase: PlanPhase, { approve, agree }: ApplyOptions): Promise<PlanPhase> => {
  world.signal.throwIfAborted()
  if (phase.confirm && !(await approve(phase.confirm))) {
    if (phase.confirm.mayKeep) return keepInstead(phase)
    throw new InfraError(`${phase.title}: not agreed to`, { hint: 'Nothing was deleted. Run again to be asked again.' })
  }
  if (phase.ask && !(await agree(phase.ask))) {
    throw new InfraError(`${phase.title}: not agreed to`, {
      hint: 'Nothing of it was changed. Run again to be asked again.',
    })
  }
  return phase
}

const carryOut = async (world: RunWorld, phase: PlanPhase, options: ApplyOptions): Promise<void> => {
  if (phase.waits) return waitPhase(world, phase, options)
  return runPhase(isAtomic(phase) ? { ...world, signal: world.lockLost } : world, phase, options.display)
}

/** Waits stand between two trees: a question may come up, and the run may end there. */
const waitPhase = async (world: RunWorld, phase: PlanPhase, { display, waitFor }: ApplyOptions): Promise<void> => {
  if (display !== 'silent') process.stderr.write(`\n${phase.title}\n`)
  await recordPhase(world, phase, async () => {
    for (const step of phase.tracks.flat()) await waitFor(world, step)
  })
}
