import { refuseGoingBack } from './deploy.ts'
import type { PlanInput } from './input.ts'
import { newLbsIn } from './lbs.ts'
import { leavingLbsIn } from './leaving.ts'
import { deletions, namesOf, withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers, refuseUnsafe } from './safety.ts'
import type { Observed, Plan, PlanPhase, Step } from './types.ts'
import { unfinishedGeneration } from './unfinished.ts'

/**
 * Removes the pairs that the config does not have any more, once no cache can know their lbs and hardly anybody asks there. A
 * deployment without them has begun to count the time. Pure.
 */
export const planRemovePairs = (observed: Observed, request: Pick<PlanInput, 'pairs' | 'now'>): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseUnready(observed, request)
  if (refusal) return refusal
  const gone = observed.servers.filter(({ pair }) => pair > request.pairs)
  const plan: Plan = {
    operation: 'remove pairs',
    generation: request.now,
    makesNothing: true,
    notes: gone.length === 0 ? ['There is no pair that infra.config.ts does not have.'] : [],
    phases: withoutEmpty(phasesOf(observed, request.pairs)),
  }
  return refuseUnsafe(plan, observed) ?? plan
}

const refuseUnready = (observed: Observed, { pairs }: Pick<PlanInput, 'pairs'>): Refusal | undefined => {
  const goingBack = refuseGoingBack(observed)
  if (goingBack) return goingBack
  if (unfinishedGeneration(observed) !== undefined)
    return { refused: 'A deployment is unfinished', hint: 'Finish it with deploy-infra first.' }
  const [rotating] = newLbsIn(observed)
  if (rotating) {
    return {
      refused: `${rotating.name} is left of an unfinished rotation`,
      hint: 'Add the pair to the config again, and finish the rotation with rotate-lbs first.',
    }
  }
  const named = leavingLbsIn(observed, pairs).filter(({ isDraining }) => !isDraining)
  if (named.length === 0) return undefined
  return {
    refused: `Nothing was deployed yet without the pair of ${namesOf(named)}`,
    hint: 'Deploy without it first, with deploy-infra.',
  }
}

const phasesOf = (observed: Observed, pairs: number): readonly PlanPhase[] => {
  const lbs = leavingLbsIn(observed, pairs).map(({ name }) => name)
  const servers = observed.servers.filter(({ pair }) => pair > pairs)
  const wait = (step: Step): PlanPhase['tracks'] => (lbs.length === 0 ? [] : [[step]])
  return [
    { key: 'caches', title: 'Wait for the caches', waits: true, tracks: wait({ kind: 'await-caches', lbs }) },
    { key: 'idle', title: 'Wait until idle', waits: true, tracks: wait({ kind: 'await-idle', lbs }) },
    {
      key: 'remove-lbs',
      title: 'Remove the pairs',
      tracks: [...new Set(servers.map(({ pair }) => pair))].map((pair) => removalOf(observed, pair)),
      confirm: {
        name: servers[0]?.name ?? '',
        loss: `Deletes ${namesOf(servers)}, with all addresses. Who still asks there gets no answer.`,
      },
    },
  ]
}

/** The lb goes first: no lb may send to a nameserver that is gone. */
const removalOf = ({ servers, addresses }: Observed, pair: number): readonly Step[] => {
  const ofPair = servers.filter((one) => one.pair === pair)
  return [
    ...addresses
      .filter((one) => one.pair === pair)
      .map(({ name: address }): Step => ({ kind: 'delete-address', address })),
    ...deletions(ofPair.filter(({ role }) => role === 'lb')),
    ...deletions(ofPair.filter(({ role }) => role === 'nameserver')),
  ]
}
