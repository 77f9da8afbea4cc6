import { lbsThatMayBeAsked } from './lbs.ts'
import { stepsOf } from './phases.ts'
import type { Refusal } from './refusal.ts'
import type { Observed, Plan } from './types.ts'

/** What stops every operation before it begins: objects that bear our names but are not ours. */
export const refuseStrangers = ({ strangers }: Observed): Refusal | undefined =>
  strangers.length === 0
    ? undefined
    : {
        refused: `${strangers.join(', ')}: the name is already taken by something this project did not make (it lacks our labels)`,
        hint: 'Rename or remove it in the cloud console, or set another `project` in infra.config.ts if it is of another installation.',
      }

/**
 * Refuses a plan that would delete a nameserver while an lb sends its queries there. Plays the plan through in order, so it
 * does not trust the planner that made it.
 */
export const refuseUnsafe = (plan: Plan, observed: Observed): Refusal | undefined => {
  const targets = new Map(lbsThatMayBeAsked(observed).map((lb) => [lb.name, lb.target]))
  for (const step of stepsOf(plan)) {
    if (step.kind === 'switch-lb') targets.set(step.lb, step.nameserver)
    if (step.kind === 'rename-server') {
      for (const [lb, target] of targets) if (target === step.server) targets.set(lb, step.to)
    }
    if (step.kind !== 'delete-server') continue
    targets.delete(step.server)
    const asker = [...targets].find(([, target]) => target === step.server)?.[0]
    if (asker === undefined) continue
    return {
      refused: `the plan would delete ${step.server} while ${asker} sends its queries there`,
      hint: `Nothing was changed. Look at status; ${asker} has to be switched away from ${step.server} first.`,
    }
  }
  return undefined
}
