import { sideBySide } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers } from './safety.ts'
import type { Observed, ObservedServer, Plan } from './types.ts'

/**
 * Takes back a rotation whose glue was not published yet: removes the new lbs. Pure.
 * @returns a refusal when there is none, or when it is too late for that.
 */
export const planAbandon = (observed: Observed, { now }: { readonly now: number }): Plan | Refusal => {
  const next = observed.servers.filter(({ role, phase }) => role === 'lb' && phase === 'next')
  const refusal = refuseStrangers(observed) ?? refuseLate(observed, next)
  if (refusal) return refusal
  const names = next.map(({ name }) => name)
  return {
    operation: 'rotate',
    generation: now,
    notes: [
      'Zones that carry the addresses of the new lbs are put right by the next deploy-infra: run it right after.',
    ],
    phases: [
      {
        key: 'abandon',
        title: 'Remove the new lbs',
        tracks: sideBySide(names.map((server) => ({ kind: 'delete-server', server }))),
        confirm: { name: names[0] ?? '', loss: `Deletes ${names.join(', ')}, which no glue points at.` },
      },
    ],
  }
}

const refuseLate = ({ lbs }: Observed, next: readonly ObservedServer[]): Refusal | undefined => {
  if (lbs.some(({ phase, isDraining }) => phase === 'old' || isDraining)) {
    return {
      refused: 'The glue points at the new lbs already',
      hint: 'Finish the rotation with rotate-lbs; another one leads to other machines again.',
    }
  }
  return next.length > 0 ? undefined : { refused: 'There is no rotation to abandon', hint: 'Nothing was changed.' }
}
