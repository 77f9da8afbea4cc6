import type { ExitCode } from '../errors.ts'
import type { PhaseKey, Plan, PlanPhase, Step } from './types.ts'

/** Who gets the questions of clients: what an operation replaces, what it puts in its place, some of each, or nobody knows. */
export type Traffic = 'old' | 'new' | 'both' | 'unknown'

/** Where in a plan a run ends. */
export interface Stop {
  readonly plan: Plan
  readonly index: number
  /** False when it ends before that phase, true when in the middle of it. */
  readonly isBegun: boolean
  readonly recovery: Recovery
}

/** What traffic is led by, lbs, Floating IPs or host names: what has moved, what has not, and what is in between. */
export interface Stand {
  readonly traffic: Traffic
  readonly moved: readonly string[]
  readonly unproven: readonly string[]
  readonly rest: readonly string[]
}

/** How what was moved is taken back: that of all lbs, or only that of the one phase that failed. */
export type WayBack = 'all-lbs' | 'led-lb' | 'updated-lb' | 'reverted-lb' | 'address'

/** What is so, and said, when an operation ends before its end: the part of recovery in which operations differ. */
export interface Recovery {
  /** Keys of the phases that lead traffic elsewhere, as far as it counts when the plan ends at the phase of this index. */
  readonly movers: (plan: Pick<Plan, 'phases'>, index: number) => readonly PhaseKey[]
  /** Where traffic is when the plan has none of these: an earlier run has moved all of it, or there is nothing to move. */
  readonly withoutMovers: 'new' | 'old'
  /** How a switch of an lb is taken back; undefined where nothing was before it. */
  readonly wayBack: 'all-lbs' | 'led-lb' | 'updated-lb' | undefined
  readonly words: (plan: Pick<Plan, 'phases'>, index: number) => Words
}

/** What is said of traffic, in whole sentences. */
export interface Words {
  readonly old: string
  readonly both: (stand: Stand) => string
  readonly new: (stand: Stand) => string
  /** What was moved has been taken back. */
  readonly back: string
  /** What becomes of what was made so far, and how to go on: said of a failure. */
  readonly remains: { readonly unmoved: string; readonly moved: string }
}

/** A switch and its proof are one: an interrupt takes effect after them. So are the steps of going back. */
export const isAtomic = ({ key, movesTraffic }: PlanPhase): boolean =>
  movesTraffic === true || key === 'switch' || key === 'switch-back'

/** Where traffic is when a run ends there, as far as the plan tells. Pure. */
export const whereTrafficIs = (stop: Stop): Stand => {
  const { plan } = stop
  const piles = { moved: [...(plan.movedBefore ?? [])], unproven: [] as string[], rest: [] as string[] }
  for (const [at, phase] of moversAt(stop)) piles[pileOf(stop, at, phase)].push(subjectOf(phase))
  return { traffic: trafficOf(stop, piles), ...piles }
}

type Piles = Omit<Stand, 'traffic'>

const pileOf = ({ index, isBegun }: Stop, at: number, phase: PlanPhase): keyof Piles => {
  if (at === index && isBegun) {
    if (phase.key === 'switch' || phase.key === 'move') return 'unproven'
    // whoever was told to change the glue may have done so; a registrar, and a pair that is new, say that they have not
    return phase.key === 'parents' ? 'moved' : 'rest'
  }
  return at < index || isMovedBefore(phase) ? 'moved' : 'rest'
}

const trafficOf = (stop: Stop, { moved, unproven, rest }: Piles): Traffic => {
  if (unproven.length > 0) return 'unknown'
  if (moved.length + rest.length === 0) return stop.recovery.withoutMovers
  return moved.length === 0 ? 'old' : rest.length === 0 ? 'new' : 'both'
}

const moversAt = ({ plan, index, recovery }: Stop): readonly (readonly [at: number, phase: PlanPhase])[] => {
  const keys = recovery.movers(plan, index)
  return [...plan.phases.entries()].filter(([, { key }]) => keys.includes(key))
}

/** What is left of such a phase is the proof. */
const isMovedBefore = ({ key, tracks }: PlanPhase): boolean =>
  key === 'switch' && !tracks.flat().some(({ kind }) => kind === 'switch-lb' || kind === 'revert-lb')

const subjectOf = ({ title, tracks }: PlanPhase): string => {
  const subjects = tracks.flatMap(([step]) => (step ? (subjectIn(step) ?? []) : []))
  return subjects.join(', ') || title
}

const subjectIn = (step: Step): string | undefined =>
  'address' in step ? step.address : 'host' in step ? step.host : 'lb' in step ? step.lb : undefined

/** How to take back what may have moved when a phase fails; undefined when nothing has, or when the new is proven and stays. */
export const wayBack = (stop: Stop): WayBack | undefined => {
  const { traffic } = whereTrafficIs(stop)
  const way = wayOf(stop)
  return traffic === 'unknown' || (traffic === 'both' && way === 'all-lbs') ? way : undefined
}

/** A generation serves through all lbs or through none; updates of lbs and Floating IPs stand each for itself. */
const wayOf = (stop: Stop): WayBack | undefined => {
  const kinds = moversAt(stop).flatMap(([, { tracks }]) => tracks.flat().map(({ kind }) => kind))
  if (kinds.includes('move-address')) return 'address'
  if (kinds.includes('revert-lb')) return 'reverted-lb'
  return kinds.some((kind) => kind === 'switch-lb' || kind === 'verify-lb') ? stop.recovery.wayBack : undefined
}

/** What is so once the way back was gone: what stood for itself and was proven before has stayed. */
export const afterWayBack = (stand: Stand, way: WayBack): Stand => {
  const { moved, unproven, rest } = stand
  if (way === 'all-lbs') return { traffic: 'old', moved: [], unproven: [], rest: [...moved, ...unproven, ...rest] }
  return { traffic: moved.length > 0 ? 'both' : 'old', moved, unproven: [], rest: [...unproven, ...rest] }
}

/** These say something of their own wherever traffic is: waiting, could not measure, interrupted. */
const ownCodes: readonly ExitCode[] = [7, 8, 130]

/** The exit code of the table in lib/errors.ts: what an error says of itself holds as long as traffic is where it was. */
export const exitCodeAt = (traffic: Traffic, own: ExitCode): ExitCode =>
  traffic === 'old' || ownCodes.includes(own) ? own : 5
