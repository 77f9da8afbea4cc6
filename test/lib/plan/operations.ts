import { planAbandon } from '../../../lib/plan/abandon.ts'
import { type BakeRequest, planBake } from '../../../lib/plan/bake.ts'
import { type BootstrapRequest, planBootstrap } from '../../../lib/plan/bootstrap.ts'
import { type DeployRequest, planDeploy } from '../../../lib/plan/deploy.ts'
import type { PlanInput } from '../../../lib/plan/input.ts'
import { isRefusal, type Refusal } from '../../../lib/plan/refusal.ts'
import { planRemoveKept } from '../../../lib/plan/remove-kept.ts'
import { planRollback, type RollbackRequest } from '../../../lib/plan/rollback.ts'
import { planRotate } from '../../../lib/plan/rotate.ts'
import type { Observed, Plan } from '../../../lib/plan/types.ts'
import { planUpdate, type UpdateRequest } from '../../../lib/plan/update.ts'

/** @throws Error with the refusal and its remedy. */
export const accepted = (plan: Plan | Refusal): Plan => {
  if (isRefusal(plan)) throw new Error(`${plan.refused}: ${plan.hint}`)
  return plan
}

/** Those of a config that does not say otherwise. */
export const guards = { lostShare: 0.3, lostRrsets: 5 }

const common = { pairs: 2, guards, now: 200, zones: 'z', zoneNames: ['a.test.', 'b.test.'] }
const names = { hostnames: ['ns1.example.test', 'ns2.example.test'], addresses: 'server', hasRegistrar: true } as const

/** What planners are ordinarily told besides the observation. */
export const ordinary: PlanInput = { ...common, ...names }

/** The plans of every operation as they are ordinarily asked for: of two pairs, at the time 200. */
export const bootstrapOf = (world: Observed, changes: Partial<BootstrapRequest> = {}): Plan =>
  accepted(planBootstrap(world, { ...ordinary, register: true, ...changes }))

export const bakeOf = (world: Observed, changes: Partial<BakeRequest> = {}): Plan =>
  accepted(planBake(world, { ...common, only: [], ...changes }))

export const deployOf = (world: Observed, changes: Partial<DeployRequest> = {}): Plan =>
  accepted(planDeploy(world, { ...common, keepOld: false, fresh: false, newLbs: [], ...changes }))

export const updateOf = (world: Observed, changes: Partial<UpdateRequest> = {}): Plan =>
  accepted(planUpdate(world, { ...common, only: [], configOnly: false, keepOld: false, ...changes }))

export const rotateOf = (world: Observed, changes: Partial<PlanInput> = {}): Plan =>
  accepted(planRotate(world, { ...ordinary, ...changes }))

export const rollbackOf = (world: Observed, changes: Partial<RollbackRequest> = {}): Plan =>
  accepted(planRollback(world, { ...common, of: undefined, keepOld: false, ...changes }))

export const removeKeptOf = (world: Observed): Plan => accepted(planRemoveKept(world, common))

const unpublished: NonNullable<Observed['publication']> = { glue: [], named: [] }

export const abandonOf = (world: Observed, publication = unpublished): Plan =>
  accepted(planAbandon({ ...world, publication }, { ...common, addresses: 'server' }))
