import { reportFailure } from '../../lib/cli.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Settings } from '../../lib/config/load.ts'
import type { ExitCode } from '../../lib/errors.ts'
import { createHcloud } from '../../lib/hcloud/client.ts'
import type { Ssh } from '../../lib/ssh/ssh.ts'
import type { World } from '../../lib/tasks/world.ts'
import { createGate, type Gate, type RunEvent, type Watch } from './gate.ts'
import { type Flags, type OperationName, operations } from './operations.ts'
import { recordOutput } from './output.ts'

export interface RunRequest extends Watch {
  readonly flags?: Flags
  readonly interrupt?: AbortSignal
}

export interface FastRun {
  /** Undefined when the process was killed. */
  readonly exitCode: ExitCode | undefined
  readonly stdout: string
  readonly stderr: string
  readonly events: readonly RunEvent[]
  /** Real time. */
  readonly ms: number
}

/** A checkout from which operations run. */
export interface Clone {
  readonly root: string
  run(name: OperationName, request?: RunRequest): Promise<FastRun>
  /** For what goes on beside a run: it is never killed, and its output is not recorded. */
  world(): World
  /** Whether the last run was killed. */
  isDead(): boolean
}

export interface CloneOptions {
  readonly settings: Settings
  readonly clock: Clock
  readonly ssh: Ssh
  readonly playbook: World['playbook']
}

export const createClone = (options: CloneOptions): Clone => {
  const { root } = options.settings
  let gate: Gate | undefined
  return {
    root,
    world: () => worldOf(options, createGate(root, {})),
    isDead: () => gate?.isDead() === true,
    run: async (name, { killAfter, onEvent, flags = {}, interrupt = new AbortController().signal } = {}) => {
      const startedAt = performance.now()
      const own = createGate(root, { killAfter, onEvent })
      gate = own
      const { result, stdout, stderr } = await recordOutput(() =>
        endOf(worldOf(options, own), { name, flags, interrupt }),
      )
      const exitCode = own.isDead() ? undefined : result
      return { exitCode, stdout, stderr, events: own.events(), ms: performance.now() - startedAt }
    },
  }
}

/** Every effect of a run goes through its gate; the cloud and the registrar look at it themselves. */
const worldOf = ({ settings, clock, ssh, playbook }: CloneOptions, gate: Gate): World => {
  const { endpoint, token } = settings.environment
  const gated: Clock = {
    now: clock.now,
    sleep: async (ms, signal) => {
      gate.pass()
      await clock.sleep(ms, signal)
      gate.pass()
    },
  }
  return {
    settings,
    hcloud: createHcloud({ endpoint, token, clock: gated }),
    ssh: {
      ...ssh,
      run: async (...words) => {
        gate.pass()
        return ssh.run(...words)
      },
    },
    playbook: async (run) => {
      gate.pass()
      return playbook(run)
    },
    requireTools: async () => undefined,
    clock: gated,
  }
}

interface Asked {
  readonly name: OperationName
  readonly flags: Flags
  readonly interrupt: AbortSignal
}

/** As a script does it that is told everything beforehand, and has no terminal. */
const endOf = async (world: World, { name, flags, interrupt }: Asked): Promise<ExitCode> => {
  const { options, run } = operations[name]
  const agreed: Flags = {
    verbose: true,
    ...(options.includes('--yes') ? { yes: true } : {}),
    ...(options.includes('--yes-delete') ? { yesDelete: true } : {}),
  }
  try {
    return await run(world, { ...agreed, ...flags }, interrupt)
  } catch (error) {
    return reportFailure(error, { interrupted: interrupt.aborted, json: flags.json === true, verbose: false })
  }
}
