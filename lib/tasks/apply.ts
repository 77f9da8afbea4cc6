import { InfraError } from '../errors.ts'
import { keepInstead } from '../plan/keep.ts'
import { planMoveBack, planRevert, planSwitchBack } from '../plan/switch-back.ts'
import type { Plan, PlanPhase, Step } from '../plan/types.ts'
import { GateError } from './gate.ts'
import { observe } from './observe.ts'
import { recordPhase } from './record.ts'
import type { Display } from './renderer.ts'
import { runPhase } from './tree.ts'
import type { RunWorld } from './world.ts'

export interface ApplyOptions {
  readonly display: Display
  /** Asked right before a phase that destroys. */
  readonly approve: (confirm: NonNullable<PlanPhase['confirm']>) => Promise<boolean>
  /** Asked before a phase that has a question of its own. */
  readonly agree: (question: string) => Promise<boolean>
  /** Sits out a step that waits for the world outside. */
  readonly waitFor: (world: RunWorld, step: Step) => Promise<void>
}

/** What can be said of the traffic when an operation fails. */
interface Recovery {
  readonly unmoved: string
  readonly movedBack: string
  readonly moved: string
  /** What becomes of what was made so far. */
  readonly remains: string
  readonly back: (world: RunWorld, failed: PlanPhase) => Promise<Plan>
}

const recoveries: Partial<Record<Plan['operation'], Recovery>> = {
  deploy: {
    unmoved: 'No traffic has moved: the old nameservers serve.',
    movedBack: 'The lbs were switched back: the old nameservers serve again.',
    moved: 'The new nameservers serve; what is left of the deployment is finished by running the same command again.',
    remains: 'The new nameservers are kept for you to look at.',
    back: async (world) => planSwitchBack(await observe(world), world.generation),
  },
  rotate: {
    unmoved: 'No traffic has moved: the old nameservers serve, through the old lbs.',
    movedBack: 'It was taken back: queries go where they went before.',
    moved: 'Nothing is lost: old and new lbs both serve.',
    remains: 'Run rotate-lbs again to go on from here.',
    back: async (world, failed) => {
      const moved = planMoveBack(failed)
      return moved.phases.length > 0 ? moved : planSwitchBack(await observe(world), world.generation)
    },
  },
  update: {
    unmoved: 'No traffic of this lb has moved: it serves as before.',
    movedBack: 'The lb was switched back: it serves as before.',
    moved: 'The lb serves with what is new; run update-lbs again for the rest.',
    remains: 'What was installed stays on the machine; a running nginx does not use it.',
    back: async (_world, failed) => planRevert(failed),
  },
}

/**
 * Carries out a plan phase by phase. When a step fails while traffic may have moved, the lbs are switched back before
 * the error rises, and the error says where the traffic is.
 */
export const applyPlan = async (world: RunWorld, plan: Plan, options: ApplyOptions): Promise<void> => {
  const recovery = recoveries[plan.operation]
  for (const [index, phase] of plan.phases.entries()) {
    world.signal.throwIfAborted()
    if (phase.confirm && !(await options.approve(phase.confirm))) {
      await decline(world, phase, options.display)
      continue
    }
    if (phase.ask && !(await options.agree(phase.ask))) {
      throw new InfraError(`${phase.title}: not agreed to`, {
        hint: 'Nothing of it was changed. Run again to be asked again.',
      })
    }
    try {
      if (phase.waits) await waitPhase(world, phase, options)
      else await runPhase(world, phase, options.display)
    } catch (error) {
      if (world.signal.aborted || !recovery || isWaiting(error)) throw error
      throw await recover(world, { plan, index, error, recovery, display: options.display })
    }
  }
}

/** Waits stand between two trees: a question may come up, and the run may end there. */
const waitPhase = async (world: RunWorld, phase: PlanPhase, { display, waitFor }: ApplyOptions): Promise<void> => {
  if (display !== 'silent') process.stderr.write(`\n${phase.title}\n`)
  await recordPhase(world, phase, async () => {
    for (const step of phase.tracks.flat()) await waitFor(world, step)
  })
}

interface Failure {
  readonly plan: Plan
  /** Of the phase that failed. */
  readonly index: number
  readonly error: unknown
  readonly recovery: Recovery
  readonly display: Display
}

const recover = async (world: RunWorld, failure: Failure): Promise<InfraError> => {
  switch (whereTrafficIs(failure)) {
    case 'new':
      return whileNewServes(failure)
    case 'both':
      return withState(failure, failure.recovery.moved)
    case 'old':
      return whileOldServes(failure)
    case 'unknown':
      return switchBack(world, failure)
  }
}

/** Each lb is updated by itself; a deployment moves all of them, and once that has been proven the new serve. */
const whereTrafficIs = ({ plan, index }: Failure): 'old' | 'new' | 'both' | 'unknown' => {
  const moves = plan.phases.map((phase) => phase.movesTraffic === true)
  if (plan.operation === 'update') return moves[index] ? 'unknown' : 'old'
  if (index > moves.lastIndexOf(true)) return plan.operation === 'rotate' ? 'both' : 'new'
  return mayHaveMoved(plan, index) ? 'unknown' : 'old'
}

/** Traffic moves in this run from the first switch on; an lb that is proven without being switched was moved by an earlier run. */
const mayHaveMoved = ({ phases }: Plan, failed: number): boolean => {
  const moves = phases.filter((phase) => phase.movesTraffic)
  const isSwitch = (phase: PlanPhase): boolean => phase.tracks.flat().some((step) => step.kind === 'switch-lb')
  return failed >= phases.findIndex((phase) => phase.movesTraffic) || !moves.every(isSwitch)
}

/** Where the rest of the plan can go on without the deletion, saying no keeps what would have been deleted. */
const decline = async (world: RunWorld, phase: PlanPhase, display: Display): Promise<void> => {
  if (phase.confirm?.mayKeep) return runPhase(world, keepInstead(phase), display)
  throw new InfraError(`${phase.title}: not agreed to`, { hint: 'Nothing was deleted. Run again to be asked again.' })
}

/** Puts the traffic back where it was, whatever went wrong, and says in which state that leaves the operator. */
const switchBack = async (world: RunWorld, failure: Failure): Promise<InfraError> => {
  const { plan, index, error, recovery, display } = failure
  const failed = plan.phases[index]
  try {
    const back = failed && (await recovery.back(world, failed))
    if (!back || back.phases.length === 0) return whileOldServes(failure)
    for (const phase of back.phases) await runPhase(world, phase, display)
  } catch (second) {
    return new InfraError(`${textOf(error)}\nSwitching back failed as well: ${textOf(second)}`, {
      exitCode: 5,
      hint: 'Traffic may still go to what is new. Look at status, mend what it shows, and run the same command again.',
      cause: error,
    })
  }
  return withState(failure, recovery.movedBack)
}

const whileOldServes = (failure: Failure): InfraError => withState(failure, failure.recovery.unmoved)

const whileNewServes = ({ error, recovery }: Failure): InfraError =>
  new InfraError(textOf(error), { exitCode: 5, hint: `${hintOf(error)}${recovery.moved}`, cause: error })

const withState = ({ error, recovery }: Failure, state: string): InfraError =>
  new InfraError(textOf(error), {
    exitCode: error instanceof GateError ? 4 : error instanceof InfraError ? error.exitCode : 1,
    hint: `${state}\n${hintOf(error)}${recovery.remains}`,
    cause: error,
  })

const isWaiting = (error: unknown): boolean => error instanceof InfraError && error.exitCode === 7
const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const hintOf = (error: unknown): string => (error instanceof InfraError && error.hint ? `${error.hint}\n` : '')
