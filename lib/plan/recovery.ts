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
}

/** What traffic is led by, lbs, Floating IPs or host names: what has moved, what has not, and what is in between. */
export interface Stand {
  readonly traffic: Traffic
  readonly moved: readonly string[]
  readonly unproven: readonly string[]
  readonly rest: readonly string[]
}

/** How what was moved is taken back: that of all lbs, or only that of the one phase that failed. */
export type WayBack = 'all-lbs' | 'updated-lb' | 'reverted-lb' | 'address'

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
  if (moved.length + rest.length === 0) return isUntouched(stop) ? 'old' : 'new'
  return moved.length === 0 ? 'old' : rest.length === 0 ? 'new' : 'both'
}

/** Where no phase moves traffic an earlier run has moved all of it, unless nothing is to be moved. */
const isUntouched = ({ plan: { operation } }: Stop): boolean => operation === 'bootstrap' || operation === 'abandon'

type Movers = readonly (readonly [at: number, phase: PlanPhase])[]

/** A rotation leads traffic to new nameservers first and to new lbs then: which of the two counts depends on where it ends. */
const moversAt = ({ plan: { operation, phases }, index }: Stop): Movers => {
  const ofKeys = (...keys: readonly PhaseKey[]): Movers =>
    [...phases.entries()].filter(([, { key }]) => keys.includes(key))
  if (operation === 'bootstrap') return ofKeys('switch-on')
  if (operation === 'abandon') return ofKeys('switch', 'move')
  if (operation !== 'rotate' || isBeforeRotation({ phases }, index)) return ofKeys('switch')
  const byProgram = ofKeys('glue', 'move')
  // where a person changes the glue, waiting for the parents is all there is of it
  return byProgram.length > 0 ? byProgram : ofKeys('parents')
}

const ofDeployment: readonly PhaseKey[] = ['switch', 'retire', 'rename', 'keep', 'remove']

/** The deployment that a rotation begins with is still being carried out. */
export const isBeforeRotation = ({ phases }: Pick<Plan, 'phases'>, index: number): boolean =>
  phases.slice(index).some(({ key }) => ofDeployment.includes(key))

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
  if (stop.plan.operation === 'update') return 'updated-lb'
  return kinds.some((kind) => kind === 'switch-lb' || kind === 'verify-lb') && stop.plan.operation !== 'bootstrap'
    ? 'all-lbs'
    : undefined
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
