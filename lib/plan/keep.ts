import type { PlanPhase, Step } from './types.ts'

/** What becomes of a phase that deletes when the operator says no: the same servers are marked as kept, and stay warm. */
export const keepInstead = ({ tracks }: PlanPhase): PlanPhase => ({
  key: 'keep',
  title: 'Keep the old warm',
  tracks: tracks.map((track) =>
    track.map((step): Step => (step.kind === 'delete-server' ? { kind: 'keep-server', server: step.server } : step)),
  ),
})
