import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Clock, waitFor } from '../../lib/clock.ts'
import { InfraError } from '../../lib/errors.ts'
import { argumentsOf, filterProcesses, signal } from '../host/process.ts'

export type Recognise = (argv: readonly string[]) => boolean

/** Running processes whose arguments are recognised; needs no pid file, so it also finds what a crash left. */
export const findProcesses = (recognise: Recognise): Promise<readonly number[]> =>
  filterProcesses(async (pid) => recognise(await argumentsOf(pid)))

/** Asks processes to end, and after five seconds ends them. */
export const endProcesses = async (recognise: Recognise, clock: Clock): Promise<void> => {
  const askedUntil = clock.now() + 5000
  for (const pid of await findProcesses(recognise)) signal(pid, 'SIGTERM')
  await waitFor(
    'processes end',
    async () => {
      const left = await findProcesses(recognise)
      if (clock.now() > askedUntil) for (const pid of left) signal(pid, 'SIGKILL')
      return left.length === 0 ? { done: true } : { seen: `running: ${left.join(', ')}` }
    },
    { clock, everyMs: 50, timeoutMs: 15_000 },
  )
}

export interface Service {
  readonly argv: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd: string
  /** Standard output and error; begun anew. */
  readonly log: string
}

/**
 * Starts a process that outlives this one and waits until `ready` has something to say about its log.
 * @throws InfraError with the end of the log if it ends before
 */
export const startService = async <T>(
  { argv: [program = '', ...args], env, cwd, log }: Service,
  ready: (log: string) => Promise<T | undefined>,
  clock: Clock,
): Promise<T> => {
  const file = await open(log, 'w', 0o600)
  const child = spawn(program, args, {
    cwd,
    detached: true,
    env: env ?? process.env,
    stdio: ['ignore', file.fd, file.fd],
  })
  child.unref()
  await file.close()
  return waitFor(
    `${path.basename(program)} is ready`,
    async () => {
      const text = await readFile(log, 'utf8')
      const done = await ready(text)
      if (done !== undefined) return { done }
      if (child.exitCode !== null) {
        throw new InfraError(
          `${path.basename(program)} ended at once: ${text.trim().split('\n').slice(-5).join(' / ')}`,
        )
      }
      return { seen: `it runs, and says: ${text.trim().split('\n').at(-1) || 'nothing'}` }
    },
    { clock, everyMs: 50, timeoutMs: 30_000 },
  )
}
