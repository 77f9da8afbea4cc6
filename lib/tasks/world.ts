import type { runPlaybook } from '../ansible/run.ts'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/load.ts'
import type { Target } from '../dns/query.ts'
import type { Hcloud } from '../hcloud/client.ts'
import type { Estimate } from '../plan/estimate.ts'
import type { Events } from '../report/events.ts'
import type { Pulse } from '../report/pulse.ts'
import type { Ssh } from '../ssh/ssh.ts'
import type { Zone } from '../zones/zone.ts'

/** What handlers work with: made once by the script and passed down. Holds connections and settings, never findings. */
export interface World {
  readonly settings: Settings
  readonly hcloud: Hcloud
  readonly ssh: Ssh
  readonly playbook: typeof runPlaybook
  /** Finds out whether this computer has what operations run, in place of the look that preflight has. */
  readonly requireTools?: (world: World) => Promise<void>
  readonly clock: Clock
}

/** A world during one run of a plan. */
export interface RunWorld extends World {
  readonly generation: number
  readonly events: Events
  /** Aborted by an interrupt and when the lock is lost; handlers look at it while they wait, never in the middle of a change. */
  readonly signal: AbortSignal
  /** Aborted when another run may hold the lock: then nothing is touched any more, not even to take it back. */
  readonly lockLost: AbortSignal
  readonly witness: RunWitness
  /** How long it may take; undefined where nobody is told. */
  readonly estimate?: Estimate | undefined
}

/** The witness of a run, as handlers see it; without one, every method does nothing. */
export interface RunWitness {
  /** Losses and wrong answers seen on an lb during steps of this name. */
  incidents(lb: string, step: string): Promise<readonly string[]>
  markStep(step: string): void
  /** How it is doing; undefined when nobody asks. */
  pulse(): Pulse | undefined
  /** What a generation must answer, now that it is known. */
  expect(generation: number, zones: readonly Zone[]): void
  /** Asks these too, from now on. */
  join(targets: readonly Target[]): void
  /** Ends the connections that it keeps to these: the colour that has them may end no sooner. */
  letGo(targets: readonly Target[]): void
  /** Asks these no more, since they are about to go. */
  leave(targets: readonly Target[]): Promise<void>
}
