import { parseServerName, serverName } from '../fleet/names.ts'
import type { PlanPhase, Step } from './types.ts'

/** What becomes of a phase that deletes when the operator says no: the same servers are marked as kept, and stay warm. */
export const keepInstead = ({ tracks }: PlanPhase): PlanPhase => ({
  key: 'keep',
  title: 'Keep the old warm',
  tracks: tracks.map((track) =>
    track.flatMap((step) => (step.kind === 'delete-server' ? keeping(step.server) : [step])),
  ),
})

/** What is warm is called old, also where it never came to serve. */
const keeping = (server: string): readonly Step[] => {
  const named = parseServerName(server)
  const isNext = named?.phase === 'next'
  return [
    { kind: 'keep-server', server },
    ...(isNext ? [{ kind: 'rename-server', server, to: serverName(named.role, named.pair, 'old') } as const] : []),
  ]
}
