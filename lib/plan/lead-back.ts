import { lbsInService, namesLeavingLb } from './lbs.ts'
import { sideBySide } from './phases.ts'
import type { Refusal } from './refusal.ts'
import type { Observed, ObservedLb, ObservedServer, PlanPhase } from './types.ts'

/** A nameserver that served before. */
export interface Destination {
  readonly pair: number
  readonly good: ObservedServer
}

interface Move {
  readonly lb: string
  readonly nameserver: string
  /** It sends there already. */
  readonly isThere: boolean
}

/** Where each lb of a pair goes, as long as it sends its queries anywhere. */
export const movesTo = (lbs: readonly ObservedLb[], destinations: readonly Destination[]): readonly Move[] =>
  destinations.flatMap(({ pair, good }) =>
    lbs
      .filter((lb) => lb.pair === pair && lb.active !== undefined)
      .map(({ name, target }) => ({ lb: name, nameserver: good.name, isThere: target === good.name })),
  )

/** Leads one lb after the other to what served before, which is warm: nothing is made and nothing configured, so it takes seconds. */
export const leadBack = (moves: readonly Move[]): readonly PlanPhase[] => {
  const pending = moves.filter(({ isThere }) => !isThere)
  return [
    {
      key: 'stage',
      title: 'Stage',
      tracks: sideBySide(pending.map(({ lb, nameserver }) => ({ kind: 'stage-lb', lb, nameserver }))),
    },
    ...pending.map(
      ({ lb, nameserver }): PlanPhase => ({
        key: 'switch',
        title: `Switch ${lb} back`,
        movesTraffic: true,
        tracks: [
          [
            { kind: 'switch-lb', lb, nameserver },
            { kind: 'identify-lb', lb, nameserver },
          ],
        ],
      }),
    ),
    {
      key: 'retire',
      title: 'Retire the idle colour',
      tracks: sideBySide(moves.map(({ lb }) => ({ kind: 'retire-lb', lb }))),
    },
  ]
}

/** An lb that does not say where it sends its queries cannot be led back. */
export const refuseFaulty = (observed: Observed): Refusal | undefined => {
  const faulty = lbsInService(observed).find(({ fault }) => fault !== undefined)
  return faulty && { refused: `${faulty.name} could not be asked: ${faulty.fault}`, hint: 'Nothing was changed.' }
}

/**
 * Zones made before a rotation give the addresses of lbs that are leaving or gone: resolvers would follow them there.
 * @param coming names of new lbs that no glue points at yet: zones need not know them, nor the Floating IPs made with them. The same
 * goes for those that leave again.
 */
export const refuseStaleAddresses = (
  observed: Observed,
  destinations: readonly Destination[],
  coming: readonly string[],
): Refusal | undefined => {
  const isUnheardOf = ({ name, abandoned }: ObservedServer): boolean => abandoned !== undefined || coming.includes(name)
  const stale = destinations.find(({ pair, good }) => {
    const lbs = observed.servers.filter((one) => one.role === 'lb' && one.phase !== 'old' && one.pair === pair)
    const until = Math.min(...lbs.filter(isUnheardOf).map(({ generation }) => generation))
    const floating = observed.addresses.filter((one) => one.pair === pair && one.generation < until)
    const known = floating.length > 0 ? floating : lbs.filter((one) => !isUnheardOf(one))
    return known.some(({ generation }) => generation > good.generation)
  })
  return (
    stale && {
      refused: `${stale.good.name} was made before the lbs were rotated: its zones give the addresses of the lbs of before`,
      hint: 'Check out the commit to go back to (label `commit`), and run deploy-infra: that puts in the addresses of today.',
    }
  )
}

/** Caches are being made to forget lbs that leave: nothing may name them again. */
export const refuseAbandoned = (observed: Observed, destinations: readonly Destination[]): Refusal | undefined => {
  const named = destinations.find(({ good }) => namesLeavingLb(observed, good))
  return (
    named && {
      refused: `The zones of ${named.good.name} give the addresses of lbs that leave`,
      hint: 'Check out the commit to go back to (label `commit`), and run deploy-infra.',
    }
  )
}
