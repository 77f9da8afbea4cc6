import { withoutEmpty } from './phases.ts'
import type { Observed, Plan } from './types.ts'

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
  return {
    operation: 'switch-back',
    generation,
    notes: [],
    phases: withoutEmpty([{ title: 'Switch back', tracks }]),
  }
}
