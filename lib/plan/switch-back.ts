import { parseServerName, serverName } from '../fleet/names.ts'
import { withoutEmpty } from './phases.ts'
import type { Observed, Plan, PlanPhase } from './types.ts'

/**
 * Returns every lb that sends its queries to `generation` to the nameserver of its pair that served before. Empty when no
 * lb has moved, so it is safe to ask for after any failure. Pure.
 */
export const planSwitchBack = (observed: Observed, generation: number): Plan => {
  const tracks = observed.lbs.flatMap(({ name: lb, pair, target }) => {
    const isMoved = observed.servers.some((server) => server.name === target && server.generation === generation)
    const before = observed.servers.find(
      (server) =>
        server.role === 'nameserver' &&
        server.pair === pair &&
        server.phase !== 'next' &&
        server.generation !== generation,
    )
    if (!isMoved || !before) return []
    const nameserver = before.name
    const kinds = ['stage-lb', 'switch-lb', 'identify-lb'] as const
    return [kinds.map((kind) => ({ kind, lb, nameserver }))]
  })
  return switchingBack(tracks, generation)
}

/** Returns the lbs that a failed phase of an update switched to the colour that served before. Pure. */
export const planRevert = ({ tracks }: PlanPhase): Plan =>
  switchingBack(
    tracks.flat().flatMap((step) => (step.kind === 'switch-lb' ? [[{ kind: 'revert-lb' as const, lb: step.lb }]] : [])),
    0,
  )

/** Leads a Floating IP that a failed phase moved back to the lb that serves its pair. Pure. */
export const planMoveBack = ({ tracks }: PlanPhase): Plan =>
  switchingBack(
    tracks.flat().flatMap((step) => {
      const pair = step.kind === 'move-address' ? parseServerName(step.lb)?.pair : undefined
      return step.kind === 'move-address' && pair !== undefined
        ? [[{ ...step, lb: serverName('lb', pair, 'serving') }]]
        : []
    }),
    0,
  )

const switchingBack = (tracks: PlanPhase['tracks'], generation: number): Plan => ({
  operation: 'switch-back',
  generation,
  notes: [],
  phases: withoutEmpty([{ key: 'switch-back', title: 'Switch back', tracks }]),
})
