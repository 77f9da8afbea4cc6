import { serverName } from '../fleet/names.ts'
import { isRenaming, planDeploy, restOfDeployment, staleNameservers } from './deploy.ts'
import type { PlanInput } from './input.ts'
import { lbsInService, namesLeavingLb } from './lbs.ts'
import { nameserversIn } from './nameservers.ts'
import { deletionOf, sideBySide } from './phases.ts'
import { isRefusal, type Refusal } from './refusal.ts'
import { planSwitchBack } from './switch-back.ts'
import type { Observed, ObservedServer, PlanPhase } from './types.ts'

type RestoreRequest = Pick<PlanInput, 'pairs' | 'now' | 'zones' | 'zoneNames' | 'guards'>

/** The way back to nameservers whose zones name the old lbs. */
export interface Restoration {
  readonly phases: readonly PlanPhase[]
  /** That of the nameservers that it makes, or goes on with; undefined when it makes none. */
  readonly generation?: number
}

/**
 * Has every lb send to nameservers whose zones name the old lbs: to those of before, as long as these bear their names; else to new
 * ones. Empty when they do already. Pure.
 * @param marked as it is once every new lb is marked as abandoned.
 */
export const restore = (marked: Observed, request: RestoreRequest): Restoration | Refusal => {
  const [stale] = staleNameservers(marked)
  if (stale && !isRenaming(marked, stale.generation)) return { phases: returnPhases(marked, stale.generation) }
  const serving = nameserversIn(marked, 'serving')
  const unfinished = stale?.generation ?? unfinishedGeneration(marked, serving)
  if (unfinished !== undefined) {
    const rest = restOfDeployment(marked, { ...request, generation: unfinished })
    const anew = deployment(finished(marked, unfinished), request)
    return isRefusal(anew) ? anew : { ...anew, phases: [...retitled(rest), ...anew.phases] }
  }
  const isBegun = marked.servers.some(({ role, phase, kept }) => role === 'nameserver' && phase !== 'serving' && !kept)
  const isNeeded = isBegun || serving.some((one) => namesLeavingLb(marked, one))
  return isNeeded ? deployment(marked, request) : { phases: [] }
}

/** The rotation's own deployment has been carried out but for the removal of what served before it. */
const unfinishedGeneration = (marked: Observed, serving: readonly ObservedServer[]): number | undefined => {
  const isLeft = nameserversIn(marked, 'old').some(({ kept }) => !kept)
  const isPreparing = nameserversIn(marked, 'next').length > 0
  return isLeft && !isPreparing ? serving.find((one) => namesLeavingLb(marked, one))?.generation : undefined
}

/** Two phases of one plan do not bear the same title. */
const retitled = (phases: readonly PlanPhase[]): readonly PlanPhase[] =>
  phases.map((phase) => ({ ...withoutKeeping(phase), title: `${phase.title}, of the rotation` }))

/** Nobody may go back to nameservers that name the new lbs. */
const withoutKeeping = ({ confirm, ...phase }: PlanPhase): PlanPhase =>
  confirm ? { ...phase, confirm: { name: confirm.name, loss: confirm.loss } } : phase

const deployment = (marked: Observed, request: RestoreRequest): Restoration | Refusal => {
  const plan = planDeploy(marked, { ...request, keepOld: false, fresh: false, newLbs: [] })
  return isRefusal(plan) ? plan : { generation: plan.generation, phases: plan.phases.map(withoutKeeping) }
}

/** The nameservers of before are still there under their names: the lbs are led back one after the other. */
const returnPhases = (marked: Observed, generation: number): readonly PlanPhase[] => {
  const stale = staleNameservers(marked)
  const tracks = planSwitchBack(marked, generation).phases.flatMap((phase) => phase.tracks)
  return [
    ...tracks.map(
      (track): PlanPhase => ({
        key: 'switch',
        title: `Switch ${track.flatMap((step) => ('lb' in step ? step.lb : [])).at(0)} back`,
        movesTraffic: true,
        tracks: [track],
      }),
    ),
    {
      key: 'retire',
      title: 'Retire the idle colour',
      tracks: sideBySide(lbsInService(marked).map(({ name: lb }) => ({ kind: 'retire-lb', lb }))),
    },
    {
      key: 'discard',
      title: 'Remove the new nameservers',
      ...deletionOf(stale, { loss: 'No lb sends its queries there.' }),
    },
  ]
}

/** The world once `restOfDeployment` is done. */
const finished = (marked: Observed, generation: number): Observed => ({
  ...marked,
  servers: marked.servers.flatMap((one) => {
    if (one.role === 'lb' || one.kept) return [one]
    if (one.generation !== generation) return []
    return [
      {
        ...one,
        name: serverName('nameserver', one.pair, 'serving'),
        phase: 'serving' as const,
        isProtected: true,
      },
    ]
  }),
  lbs: marked.lbs.map((lb) => ({ ...lb, target: serverName('nameserver', lb.pair, 'serving') })),
})
