import { parseServerName, serverName } from '../fleet/names.ts'
import { sideBySide } from './phases.ts'
import type { PlanPhase, Step } from './types.ts'

/**
 * What becomes of a phase that deletes when the operator says no: the same servers are marked as kept, and stay warm. What is warm is
 * called old, also where it never came to serve; all of it is marked before any of it changes its name. Images just stay.
 */
export const keepInstead = ({ tracks }: PlanPhase): PlanPhase => {
  const servers = tracks.flat().flatMap((step) => (step.kind === 'delete-server' ? [step.server] : []))
  const marks = servers.map((server): Step => ({ kind: 'keep-server', server }))
  const renames = servers.flatMap((server): readonly Step[] => {
    const named = parseServerName(server)
    return named?.phase === 'next'
      ? [{ kind: 'rename-server', server, to: serverName(named.role, named.pair, 'old') }]
      : []
  })
  return {
    key: 'keep',
    title: servers.length > 0 ? 'Keep the old warm' : 'Keep the old',
    tracks: renames.length === 0 ? sideBySide(marks) : [[...marks, ...renames]],
  }
}
