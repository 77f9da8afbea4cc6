import { type Clock, waitFor } from '../../../lib/clock.ts'
import type { Hypervisor } from './hypervisor.ts'

export const bootTimeoutMs = 600_000

/** Commands can be run early in a boot; then much of the system is still to come. */
const bootedText = '! command -v systemctl >/dev/null || systemctl is-active --quiet basic.target'

interface BootOptions {
  readonly run: Hypervisor['run']
  readonly clock: Clock
  readonly everyMs: number
}

/** Resolves when a machine that was started has booted so far that everything can be done in it. */
export const waitUntilBooted = (id: number, { run, clock, everyMs }: BootOptions): Promise<true> =>
  waitFor(
    `machine ${id} has booted`,
    async () => {
      try {
        await run(id, bootedText)
        return { done: true }
      } catch (error) {
        return { seen: error instanceof Error ? error.message : String(error) }
      }
    },
    { clock, everyMs, timeoutMs: bootTimeoutMs },
  )
