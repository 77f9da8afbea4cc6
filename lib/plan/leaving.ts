import { namesOf } from './phases.ts'
import type { Refusal } from './refusal.ts'
import type { Observed, ObservedLb, PlanPhase } from './types.ts'

/** The pairs that a deployment is for: those of the config, and those that it does not have any more, as long as they are asked. */
export const pairsServed = (observed: Observed, pairs: number): readonly number[] => [
  ...Array.from({ length: pairs }, (_, index) => index + 1),
  ...new Set(leavingLbsIn(observed, pairs).map(({ pair }) => pair)),
]

/** Lbs of pairs that the config does not have any more, which clients may ask. */
export const leavingLbsIn = ({ lbs }: Observed, pairs: number): readonly ObservedLb[] =>
  lbs.filter(({ pair, active }) => pair > pairs && active !== undefined)

/**
 * A pair leaves in an order: first no parent leads there, then no zone names it, then no cache knows it. Meanwhile it is deployed to.
 * So does a name that a pair had before.
 * @returns a refusal while a parent leads there, or does not say.
 */
export const refuseLed = (observed: Observed, pairs: number): Refusal | undefined => {
  const lbs = leavingLbsIn(observed, pairs)
  if (lbs.length === 0 && observed.leading === undefined) return undefined
  const { shown, silent } = observed.leading ?? { shown: [], silent: ['nobody was asked'] }
  const fact =
    lbs.length > 0
      ? `infra.config.ts does not have the pair of ${namesOf(lbs)}`
      : 'zones would not have the address of a nameserver any more'
  if (shown.length > 0) {
    const hint =
      lbs.length > 0
        ? 'Enter the nameservers of infra.config.ts as the only ones of these domains at the registrar yourself, and take the glue of the others away; no command of ours removes any. Or add the pair to the config again.'
        : 'Give the pair this name among its `formerHostnames` in infra.config.ts, so that zones keep its address; take it out once no parent and no cache knows it.'
    return {
      refused: `${fact}, and parents still lead there:\n  ${inShort(shown).join('\n  ')}`,
      hint: `Nothing was changed. ${hint}`,
    }
  }
  if (silent.length === 0) return undefined
  return {
    refused: `${fact}, and it is not known whether a parent still leads there:\n  ${inShort(silent).join('\n  ')}`,
    hint: 'Nothing was changed. Run this again once these can be asked from here over port 53, by UDP and TCP.',
  }
}

const mostNamed = 8

const inShort = (sentences: readonly string[]): readonly string[] => [
  ...sentences.slice(0, mostNamed),
  ...(sentences.length > mostNamed ? [`… and ${sentences.length - mostNamed} more`] : []),
]

/** An lb whose pair has come back into the config bears marks that no zone and no wait may go by any more. */
export const refuseReturned = ({ servers }: Observed, pairs: number): Refusal | undefined => {
  const marked = servers.find((one) => one.pair <= pairs && one.phase === 'serving' && one.abandoned !== undefined)
  return (
    marked && {
      refused: `${marked.name} began to leave when infra.config.ts did not have its pair`,
      hint: 'Nothing was changed. Take the pair out of the config again and finish with rotate-lbs --remove-pairs; then add it anew.',
    }
  )
}

/** Notes, before zones are made without them, how long caches may know the lbs of pairs that leave. */
export const beginLeaving = (observed: Observed, pairs: number, generation: number): PlanPhase => {
  const marked = observed.servers.filter(({ abandoned }) => abandoned !== undefined).map(({ name }) => name)
  const lbs = leavingLbsIn(observed, pairs).flatMap(({ name }) => (marked.includes(name) ? [] : [name]))
  return {
    key: 'withdraw',
    title: 'Begin to take pairs out',
    tracks: lbs.length === 0 ? [] : [[{ kind: 'abandon-lbs', lbs, generation }]],
  }
}

/** The time that caches may know them begins once nothing is there any more that names them. */
export const drainLeaving = (observed: Observed, pairs: number): PlanPhase => {
  const lbs = leavingLbsIn(observed, pairs).flatMap(({ name, isDraining }) => (isDraining ? [] : [name]))
  return { key: 'drain', title: 'Begin to drain', tracks: lbs.length === 0 ? [] : [[{ kind: 'begin-drain', lbs }]] }
}
