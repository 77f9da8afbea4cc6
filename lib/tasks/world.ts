import type { Clock } from '../clock.ts'
import type { Settings } from '../config/load.ts'
import type { Hcloud } from '../hcloud/client.ts'
import type { Events } from '../report/events.ts'
import type { Ssh } from '../ssh/ssh.ts'

/** What handlers work with: made once by the script and passed down. Holds connections and settings, never findings. */
export interface World {
  readonly settings: Settings
  readonly hcloud: Hcloud
  readonly ssh: Ssh
  readonly clock: Clock
}

/** A world during one run of a plan. */
export interface RunWorld extends World {
  readonly generation: number
  readonly events: Events
  /** Aborted by an interrupt and when the lock is lost; handlers look at it while they wait, never in the middle of a change. */
  readonly signal: AbortSignal
  /** Losses and wrong answers that the witness saw on an lb during steps of this name; empty when no witness runs. */
  readonly witnessed: (lb: string, step: string) => Promise<readonly string[]>
  readonly markStep: (step: string) => void
}
