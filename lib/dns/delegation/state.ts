import type { Delegation, ParentView } from '../delegation.ts'

/**
 * `delegated`: every server of the parent was heard, and at least one refers to others · `absent`: all of them were heard, and none
 * knows of the zone · `unknown`: servers were not heard; what the others say is no more than a part.
 */
export type DelegationState =
  | { readonly kind: 'delegated' | 'absent' }
  /** `silent` a sentence each: who was not heard, at which address, and what came instead. Never empty. */
  | { readonly kind: 'unknown'; readonly silent: readonly string[] }

/** Whether anybody is led to a zone's nameservers at all, which silence does not tell. Pure. */
export const delegationStateOf = (delegation: Delegation): DelegationState => {
  const silent = findSilent(delegation)
  if (silent.length > 0) return { kind: 'unknown', silent }
  return { kind: delegation.parents.some(isReferral) ? 'delegated' : 'absent' }
}

/** The same, of several zones: each sentence once. */
export const findSilentIn = (delegations: readonly Delegation[]): readonly string[] => [
  ...new Set(delegations.flatMap(findSilent)),
]

const isReferral = ({ kind }: ParentView): boolean => kind === 'referral'
const isHeard = ({ kind }: ParentView): boolean => kind === 'referral' || kind === 'absent'

const findSilent = ({ zone, parentZone, parents }: Delegation): readonly string[] => {
  if (parents.length === 0) return [`no server of ${parentZone} could be asked for ${zone}`]
  return parents.flatMap((parent) =>
    'fault' in parent && !isExcused(parent, parents) ? [`${parent.server} (${parent.address}): ${parent.fault}`] : [],
  )
}

/** A server that cannot be reached over one family has its say over the other. */
const isExcused = ({ kind, server }: ParentView, parents: readonly ParentView[]): boolean =>
  kind === 'unreachable' && parents.some((other) => other.server === server && isHeard(other))
