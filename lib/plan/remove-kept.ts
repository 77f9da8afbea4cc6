import { refuseGoingBack } from './deploy.ts'
import { nameserversIn } from './nameservers.ts'
import { deletionOf, withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers, refuseUnsafe } from './safety.ts'
import type { Observed, Plan } from './types.ts'

/** Removes the nameservers that an earlier deployment or rollback kept warm, and touches nothing else. Pure. */
export const planRemoveKept = (observed: Observed, { now }: { readonly now: number }): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseGoingBack(observed) ?? refuseUnasked(observed)
  if (refusal) return refusal
  const kept = nameserversIn(observed, 'old').filter((one) => one.kept)
  const plan: Plan = {
    operation: 'remove what was kept warm',
    generation: now,
    makesNothing: true,
    notes: kept.length === 0 ? ['No nameserver is kept warm.'] : [],
    phases: withoutEmpty([
      {
        key: 'discard',
        title: 'Remove what was kept warm',
        ...deletionOf(kept, { loss: 'Going back then needs a rebuild instead of a switch.' }),
      },
    ]),
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
