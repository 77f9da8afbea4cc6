import { parseServerName, serverName } from '../fleet/names.ts'
import { withoutEmpty } from './phases.ts'
import type { Observed, ObservedLb, ObservedServer, Plan, PlanPhase, Track } from './types.ts'
import { unfinishedGeneration } from './unfinished.ts'

/**
 * Returns every lb that sends its queries to `generation` to the nameserver of its pair that served before. Empty when no
 * lb has moved, so it is safe to ask for after any failure. Pure.
 */
export const planSwitchBack = (observed: Observed, generation: number): Plan => {
  const tracks = observed.lbs.flatMap((one) => {
    const nameserver = isMoved(observed, one, generation) ? findBefore(observed, one, generation)?.name : undefined
    if (nameserver === undefined) return []
    return [led(one.name, nameserver)]
  })
  return switchingBack(tracks, generation)
}

/**
 * Why an lb among those that may have moved to `generation` does not come back by `planSwitchBack`, a sentence each: one that
 * cannot be asked is not taken for one that has not moved. Pure.
 */
export const findUnreturned = (
  observed: Observed,
  generation: number,
  mayHaveMoved: readonly string[],
): readonly string[] =>
  observed.lbs.flatMap((lb) => {
    if (lb.fault) return mayHaveMoved.includes(lb.name) ? [`${lb.name} could not be asked: ${lb.fault}`] : []
    const isStranded = isMoved(observed, lb, generation) && !findBefore(observed, lb, generation)
    return isStranded ? [`${lb.name} has no nameserver of before to go back to`] : []
  })

const isMoved = ({ servers }: Observed, { target }: ObservedLb, generation: number): boolean =>
  servers.some((server) => server.name === target && server.generation === generation)

const findBefore = ({ servers }: Observed, { pair }: ObservedLb, generation: number): ObservedServer | undefined =>
  servers.find(
    (server) =>
      server.role === 'nameserver' &&
      server.pair === pair &&
      server.phase !== 'next' &&
      server.generation !== generation,
  )

/** Returns the lbs that a failed phase of an update switched to the colour that served before. Pure. */
export const planRevert = ({ tracks }: PlanPhase): Plan =>
  switchingBack(
    tracks.flat().flatMap((step) => (step.kind === 'switch-lb' ? [[{ kind: 'revert-lb' as const, lb: step.lb }]] : [])),
    0,
  )

/** Takes the lb of a failed phase of a rollback forward again, to what an update had brought. Pure. */
export const planReapply = ({ tracks }: PlanPhase): Plan =>
  switchingBack(
    tracks.flatMap((track) => {
      const proof = track.find((step) => step.kind === 'identify-lb')
      if (!proof) return []
      const { lb, nameserver } = proof
      return [[{ kind: 'switch-lb', lb, nameserver, refresh: true }, proof]]
    }),
    0,
  )

/** Leads the lb of a failed phase of an undo to where it was: to what the unfinished deployment has made for its pair. Pure. */
export const planLeadOn = (observed: Observed, { tracks }: PlanPhase): Plan => {
  const generation = unfinishedGeneration(observed)
  const back = tracks.flat().flatMap((step) => {
    const pair = step.kind === 'switch-lb' ? parseServerName(step.lb)?.pair : undefined
    const made = observed.servers.find(
      (one) => one.role === 'nameserver' && one.pair === pair && one.generation === generation,
    )
    return step.kind === 'switch-lb' && made ? [led(step.lb, made.name)] : []
  })
  return switchingBack(back, 0)
}

const led = (lb: string, nameserver: string): Track =>
  (['stage-lb', 'switch-lb', 'identify-lb'] as const).map((kind) => ({ kind, lb, nameserver }))

/** Leads a Floating IP that a failed phase moved back to the other lb of its pair. Pure. */
export const planMoveBack = ({ tracks }: PlanPhase): Plan =>
  switchingBack(
    tracks.flat().flatMap((step) => {
      const named = step.kind === 'move-address' ? parseServerName(step.lb) : undefined
      if (step.kind !== 'move-address' || !named) return []
      return [[{ ...step, lb: serverName('lb', named.pair, named.phase === 'serving' ? 'next' : 'serving') }]]
    }),
    0,
  )

const switchingBack = (tracks: PlanPhase['tracks'], generation: number): Plan => ({
  operation: 'switch-back',
  generation,
  notes: [],
  phases: withoutEmpty([{ key: 'switch-back', title: 'Switch back', tracks }]),
})
