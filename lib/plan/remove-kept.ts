import { refuseGoingBack } from './deploy.ts'
import { namesOf, sideBySide } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers, refuseUnsafe } from './safety.ts'
import type { Observed, Plan, PlanPhase } from './types.ts'

/** Removes the nameservers that an earlier deployment or rollback kept warm, and touches nothing else. Pure. */
export const planRemoveKept = (observed: Observed, { now }: { readonly now: number }): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseGoingBack(observed) ?? refuseUnasked(observed)
  if (refusal) return refusal
  const kept = observed.servers.filter((one) => one.role === 'nameserver' && one.phase === 'old' && one.kept)
  const plan: Plan = {
    operation: 'remove what was kept warm',
    generation: now,
    makesNothing: true,
    notes: kept.length === 0 ? ['No nameserver is kept warm.'] : [],
    phases: kept.length === 0 ? [] : [removal(kept)],
  }
  return refuseUnsafe(plan, observed) ?? plan
}

/** One that does not say where it sends its queries may send them to what would be deleted. */
const refuseUnasked = ({ lbs }: Observed): Refusal | undefined => {
  const mute = lbs.find(({ fault }) => fault !== undefined)
  return (
    mute && {
      refused: `${mute.name} could not be asked for its state: ${mute.fault}`,
      hint: `Nothing was changed. See to ${mute.name} first: it may send its queries to what would be removed.`,
    }
  )
}

const removal = (kept: readonly { readonly name: string }[]): PlanPhase => ({
  key: 'discard',
  title: 'Remove what was kept warm',
  tracks: sideBySide(kept.map(({ name }) => ({ kind: 'delete-server', server: name }))),
  confirm: {
    name: kept[0]?.name ?? '',
    loss: `Deletes ${namesOf(kept)}. Going back then needs a rebuild instead of a switch.`,
  },
})
