import { type ExitCode, InfraError, textOf } from '../errors.ts'
import { describeRemains, describeReturn, describeTraffic } from '../plan/describe-traffic.ts'
import { switchedTo } from '../plan/phases.ts'
import {
  afterWayBack,
  exitCodeAt,
  type Stand,
  type Stop,
  type WayBack,
  wayBack,
  whereTrafficIs,
} from '../plan/recovery.ts'
import {
  findUnreturned,
  planLeadOn,
  planMoveBack,
  planReapply,
  planRevert,
  planSwitchBack,
} from '../plan/switch-back.ts'
import type { Observed, Plan, PlanPhase } from '../plan/types.ts'
import { observe } from './observe.ts'
import type { Display } from './renderer.ts'
import { runPhase } from './tree.ts'
import type { RunWorld } from './world.ts'

/** How a plan ended before its end: its hint says where traffic is. */
export class StoppedError extends InfraError {}

export interface Failure extends Stop {
  readonly error: unknown
  readonly display: Display
}

/**
 * Decides what becomes of the traffic when a plan stops: an interrupt leaves it where it is, proven; after a failure what is
 * not proven is taken back. Whatever is done, the error that comes back says where the traffic is, and its exit code too.
 */
export const recover = async (world: RunWorld, failure: Failure): Promise<InfraError> => {
  const { error } = failure
  if (error instanceof InfraError && error.exitCode === 7) return error
  const stand = whereTrafficIs(failure)
  if (isInterrupt(world, error)) return interrupted(failure, stand)
  const way = wayBack(failure)
  if (way === undefined) return stopped(failure, stand, describeTraffic(failure, stand))
  if (world.lockLost.aborted) {
    const why = 'The lock is lost, so nothing was taken back; status shows what each lb sends to.'
    return stopped(failure, stand, `${describeTraffic(failure, stand)} ${why}`)
  }
  return takeBack(world, failure, way)
}

const isInterrupt = ({ signal, lockLost }: RunWorld, error: unknown): boolean => {
  if (error instanceof InfraError && error.exitCode === 130) return true
  const isAbort = error === signal.reason || (error instanceof Error && error.name === 'AbortError')
  return signal.aborted && !lockLost.aborted && isAbort
}

const interrupted = (failure: Failure, stand: Stand): InfraError =>
  new StoppedError(textOf(failure.error), {
    exitCode: 130,
    hint: `${describeTraffic(failure, stand)}\nRun the same command again to go on from here.`,
    cause: failure.error,
  })

const stopped = (failure: Failure, { traffic }: Stand, state: string): InfraError =>
  new StoppedError(textOf(failure.error), {
    exitCode: exitCodeAt(traffic, codeOf(failure.error)),
    hint: `${state}\n${hintOf(failure.error)}${describeRemains(failure, traffic)}`,
    cause: failure.error,
  })

const takeBack = async (world: RunWorld, failure: Failure, way: WayBack): Promise<InfraError> => {
  const { error, display } = failure
  // an interrupt does not end this half-way
  const patient = { ...world, signal: world.lockLost }
  try {
    const { phases, left } = await planBack(world, failure, way)
    for (const phase of phases) await runPhase(patient, phase, display)
    if (left.length > 0) throw new InfraError(left.join('; '))
    const stand = afterWayBack(whereTrafficIs(failure), way)
    return stopped(failure, stand, phases.length > 0 ? describeReturn(failure, stand) : describeTraffic(failure, stand))
  } catch (second) {
    return new StoppedError(`${textOf(error)}\nSwitching back failed as well: ${textOf(second)}`, {
      exitCode: 5,
      hint: `${await describeLbs(world)} Mend what failed, and run the same command again.`,
      cause: error,
    })
  }
}

interface Return {
  readonly phases: Plan['phases']
  /** Why some of it cannot be taken back, a sentence each. */
  readonly left: readonly string[]
}

const planBack = async (world: RunWorld, failure: Failure, way: WayBack): Promise<Return> => {
  const phase = failure.plan.phases[failure.index] as PlanPhase
  switch (way) {
    case 'address':
      return { ...planMoveBack(phase), left: [] }
    case 'led-lb':
      return { ...planLeadOn(await observe(world), phase), left: [] }
    case 'updated-lb':
      return { ...planRevert(phase), left: [] }
    case 'reverted-lb':
      return { ...planReapply(phase), left: [] }
    case 'all-lbs':
      return planAllBack(await observe(world), failure)
  }
}

const planAllBack = (observed: Observed, failure: Failure): Return => {
  const generation = generationLedTo(failure.plan, observed)
  const { moved, unproven } = whereTrafficIs(failure)
  return {
    ...planSwitchBack(observed, generation),
    left: findUnreturned(observed, generation, [...moved, ...unproven]),
  }
}

/** That of the nameservers that its switches name, since going back leads to an older one. */
const generationLedTo = (plan: Plan, { servers }: Observed): number => {
  const names = switchedTo(plan)
  return servers.find(({ name }) => names.includes(name))?.generation ?? plan.generation
}

/** By the lbs' own account, since nothing is proven any more. */
const describeLbs = async (world: RunWorld): Promise<string> => {
  const observed = await observe(world).catch(() => undefined)
  if (!observed) return 'Nobody knows where traffic goes: status shows it, once the cloud can be asked again.'
  const lines = observed.lbs.map(({ name, fault, target }) =>
    fault ? `${name} could not be asked` : `${name} sends to ${target ?? 'none of our nameservers'}`,
  )
  return `As it is now: ${lines.join(', ')}.`
}

const codeOf = (error: unknown): ExitCode => (error instanceof InfraError ? error.exitCode : 1)
const hintOf = (error: unknown): string => {
  if (!(error instanceof InfraError)) return 'This is not an error we foresaw; --verbose shows where it came from.\n'
  return error.hint ? `${error.hint}\n` : ''
}
