import { serverName } from '../fleet/names.ts'
import { planDeploy, restOfDeployment } from './deploy.ts'
import type { PlanInput } from './input.ts'
import { abandonedSince, namesLeavingLb } from './lbs.ts'
import { nameserversIn } from './nameservers.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import type { Observed, ObservedServer, PlanPhase } from './types.ts'
import { findBefore, planUndo } from './undo.ts'
import { unfinishedGeneration } from './unfinished.ts'

type RestoreRequest = Pick<PlanInput, 'pairs' | 'now' | 'zones' | 'zoneNames' | 'guards'>

/** The way back to nameservers whose zones name the old lbs. */
export interface Restoration {
  readonly phases: readonly PlanPhase[]
  /** That of the nameservers that it makes, or goes on with; undefined when it makes none. */
  readonly generation?: number
}

/**
 * Has every lb send to nameservers whose zones name the old lbs: to those of before, as long as all of them are there; else to new
 * ones. Empty when they do already. Pure.
 * @param marked as it is once every new lb is marked as abandoned.
 */
export const restore = (marked: Observed, request: RestoreRequest): Restoration | Refusal => {
  const unfinished = unfinishedGeneration(marked)
  if (unfinished === undefined || unfinished >= (abandonedSince(marked) ?? 0)) return renewal(marked, request)
  const undo = planUndo(marked, unfinished, { ...request, keepOld: false })
  const [begun, after] = isRefusal(undo)
    ? [restOfDeployment(marked, { ...request, generation: unfinished }), servedBy(marked, isOf(unfinished))]
    : [undo.phases, servedBy(marked, (one) => findBefore(marked, one.pair, unfinished)?.name === one.name)]
  const anew = renewal(after, request)
  return isRefusal(anew) ? anew : { ...anew, phases: [...retitled(begun), ...anew.phases] }
}

/** Two phases of one plan do not bear the same title. */
const retitled = (phases: readonly PlanPhase[]): readonly PlanPhase[] =>
  phases.map((phase) => ({ ...withoutKeeping(phase), title: `${phase.title}, of the rotation` }))

/** Nobody may go back to nameservers that name the new lbs. */
const withoutKeeping = ({ confirm, ...phase }: PlanPhase): PlanPhase => {
  if (!confirm) return phase
  const { mayKeep, ...asked } = confirm
  return { ...phase, confirm: asked }
}

/** New nameservers, where those that serve name lbs that leave, or where they are being made already. */
const renewal = (marked: Observed, request: RestoreRequest): Restoration | Refusal => {
  const isBegun = marked.servers.some(({ role, phase, kept }) => role === 'nameserver' && phase !== 'serving' && !kept)
  const isNeeded = isBegun || nameserversIn(marked, 'serving').some((one) => namesLeavingLb(marked, one))
  if (!isNeeded) return { phases: [] }
  const plan = planDeploy(marked, { ...request, keepOld: false, fresh: false, newLbs: [] })
  return isRefusal(plan) ? plan : { generation: plan.generation, phases: plan.phases.map(withoutKeeping) }
}

const isOf =
  (generation: number) =>
  (one: ObservedServer): boolean =>
    one.generation === generation

/** The world once every lb sends to these nameservers, and what is not kept of the others is gone. */
const servedBy = (marked: Observed, serves: (one: ObservedServer) => boolean): Observed => ({
  ...marked,
  servers: marked.servers.flatMap((one) => {
    if (one.role === 'lb') return [one]
    if (!serves(one)) return one.kept ? [one] : []
    const name = serverName('nameserver', one.pair, 'serving')
    return [{ ...one, name, phase: 'serving' as const, kept: false, isProtected: true }]
  }),
  lbs: marked.lbs.map((lb) => ({ ...lb, target: serverName('nameserver', lb.pair, 'serving') })),
})
