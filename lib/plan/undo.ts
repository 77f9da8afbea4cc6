import { serverName } from '../fleet/names.ts'
import { withChange } from './change.ts'
import type { PlanInput } from './input.ts'
import { keepInstead } from './keep.ts'
import { lbsInService, newLbsIn } from './lbs.ts'
import { type Destination, leadBack, movesTo, refuseFaulty, refuseStaleAddresses } from './lead-back.ts'
import { comingFrom } from './losses.ts'
import { nameserversIn } from './nameservers.ts'
import { deletionOf, namesOf, withoutEmpty } from './phases.ts'
import type { Refusal } from './refusal.ts'
import { refuseStrangers, refuseUnsafe } from './safety.ts'
import type { Observed, ObservedServer, Plan, PlanPhase, Step } from './types.ts'

export interface UndoRequest extends Pick<PlanInput, 'now' | 'guards'> {
  /** Keep warm what was made, instead of removing it. */
  readonly keepOld: boolean
}

/** The nameservers of one pair, whatever they are called at the moment. */
interface PairState {
  readonly pair: number
  /** What served before the deployment, and does or can still. */
  readonly good: ObservedServer | undefined
  /** What the deployment has made. */
  readonly made: ObservedServer | undefined
}

/**
 * Takes back a deployment that has not come to its end, wherever it ended: every lb goes back to the nameserver that served before,
 * that one gets its name again, and what was made is removed. It needs the old nameservers and nothing else. Pure.
 * @param generation that of the deployment.
 */
export const planUndo = (observed: Observed, generation: number, request: UndoRequest): Plan | Refusal => {
  const refusal = refuseStrangers(observed) ?? refuseFaulty(observed)
  if (refusal) return refusal
  const states = pairStates(observed, generation)
  const destinations = states.flatMap(({ pair, good }): Destination[] => (good ? [{ pair, good }] : []))
  const staying = stayingLbs(observed, destinations)
  const cannot = refuseLost(observed, states) ?? refuseStaleAddresses(observed, destinations, staying)
  if (cannot) return cannot
  const lbs = observed.lbs.filter(({ name }) => !staying.includes(name))
  const moves = movesTo(lbs, destinations)
  const isMoving = moves.some(({ isThere }) => !isThere)
  const phases = withoutEmpty([
    ...leadBack(moves),
    { key: 'rename', title: 'Rename back', tracks: states.map(renames) },
    ...(staying.length > 0 ? [] : [clearance(observed, states, request)]),
  ])
  if (!phases.some(({ key }) => key !== 'retire')) return nothingMoved(staying)
  const isBack = isMoving || phases.some(({ key }) => key === 'rename')
  const plan: Plan = {
    operation: 'rollback',
    generation: request.now,
    makesNothing: true,
    notes: notesOf(generation, destinations, staying),
    phases,
    movedBefore: isBack ? moves.flatMap(({ lb, isThere }) => (isThere ? [lb] : [])) : [],
  }
  const [first] = destinations
  const told = first
    ? withChange(plan, observed, { ...comingFrom(first.good, observed), guards: request.guards })
    : plan
  return refuseUnsafe(told, observed) ?? told
}

const pairStates = (observed: Observed, generation: number): readonly PairState[] => {
  const nameservers = observed.servers.filter(({ role }) => role === 'nameserver')
  return [...new Set(nameservers.map(({ pair }) => pair))].map((pair) => ({
    pair,
    good: findBefore(observed, pair, generation),
    made: nameservers.find((one) => one.pair === pair && one.generation === generation),
  }))
}

/** The nameserver of a pair that served before the deployment of a generation, whatever it is called. */
export const findBefore = ({ servers }: Observed, pair: number, generation: number): ObservedServer | undefined => {
  const before = servers.filter(
    (one) => one.role === 'nameserver' && one.pair === pair && one.generation !== generation,
  )
  return before.find(({ phase }) => phase === 'serving') ?? before.find(({ phase }) => phase === 'old')
}

/** New lbs of a rotation that the zones of before do not name: caches may know them, so they keep what they were made with. */
const stayingLbs = (observed: Observed, destinations: readonly Destination[]): readonly string[] =>
  newLbsIn(observed)
    .filter(({ abandoned }) => abandoned === undefined)
    .filter((lb) => destinations.some(({ pair, good }) => pair === lb.pair && good.generation < lb.generation))
    .map(({ name }) => name)

/** Never one lb here and the other there: every pair that has to go back can, or none does. */
const refuseLost = (observed: Observed, states: readonly PairState[]): Refusal | undefined => {
  const isNeeded = ({ good, made }: PairState): boolean =>
    good === undefined &&
    made !== undefined &&
    (made.phase === 'serving' || lbsInService(observed).some(({ target }) => target === made.name))
  if (!states.some(isNeeded)) return undefined
  const left = states.flatMap(({ good }) => good ?? [])
  return {
    refused:
      left.length > 0
        ? `only ${namesOf(left)} ${left.length === 1 ? 'is' : 'are'} left of the generation before, and not every lb could go back`
        : 'no nameserver of the generation before is left',
    hint: 'Nothing was changed. Finish the deployment with deploy-infra; then rollback-infra deploys the commit of the generation before.',
  }
}

const renames = ({ pair, good, made }: PairState): readonly Step[] => {
  const serving = serverName('nameserver', pair, 'serving')
  const next = serverName('nameserver', pair, 'next')
  if (!good) return []
  return [
    ...(made?.phase === 'serving' ? [{ kind: 'rename-server', server: serving, to: next } as const] : []),
    ...(good.phase === 'serving' ? [] : [{ kind: 'rename-server', server: good.name, to: serving } as const]),
    ...(good.isProtected ? [] : [{ kind: 'protect-server', server: serving } as const]),
  ]
}

/** What never had traffic goes with the plan; the rest is asked about, and may stay warm instead. */
const clearance = (observed: Observed, states: readonly PairState[], { keepOld }: UndoRequest): PlanPhase => {
  const next = nameserversIn(observed, 'next')
  const renamed = states.filter(({ made }) => made?.phase === 'serving').map(({ pair }) => nextOf(pair))
  const isUsed =
    states.some(({ good, made }) => good?.phase === 'old' || made?.phase === 'serving') ||
    next.some(({ name, kept }) => kept || observed.lbs.some(({ target }) => target === name))
  const removal: PlanPhase = {
    key: 'remove',
    title: 'Remove what was made',
    ...deletionOf([...renamed, ...next], {
      loss: isUsed ? 'What serves again is what served before.' : 'No lb sends its queries there.',
      ...(isUsed ? { mayKeep: true } : { withYes: true }),
    }),
  }
  return isUsed && keepOld ? keepInstead(removal) : removal
}

const nextOf = (pair: number) => ({ name: serverName('nameserver', pair, 'next') })

const nothingMoved = (staying: readonly string[]): Refusal => ({
  refused: 'No lb sends to the nameservers that are being made for a rotation',
  hint: `Nothing was changed. Take the rotation back with rotate-lbs --abandon, or go on with it with rotate-lbs: ${staying.join(', ')} and these nameservers belong to it.`,
})

const notesOf = (
  generation: number,
  destinations: readonly Destination[],
  staying: readonly string[],
): readonly string[] => {
  const before = [...new Set(destinations.map(({ good }) => good.generation))].join(', ')
  return [
    `Takes back the unfinished deployment of generation ${generation}${before && `: generation ${before} serves, as before`}.`,
    ...(staying.length > 0
      ? [
          `${staying.join(', ')} and the nameservers made for them stay: rotate-lbs goes on with the rotation, rotate-lbs --abandon takes it back.`,
        ]
      : []),
  ]
}
