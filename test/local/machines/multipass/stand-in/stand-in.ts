import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock, waitFor } from '../../../../../lib/clock.ts'
import { environmentOf, filterProcesses, signal } from '../../../../../local/host/process.ts'
import { compileProgram } from './compile.ts'
import { removeContainer } from './container.ts'
import { allInstances } from './instances.ts'
import { crashFile } from './launch.ts'

/**
 * A Multipass that is none: a program with the same commands, options, answers, exit codes and traps, which makes
 * systemd-nspawn containers. It has no processor, memory and disk of a machine's own, and no network besides the cards asked
 * for; everything else is as with the true one, down to what it writes on its outputs.
 */
export interface StandIn {
  readonly program: string
  /** Where it keeps everything: several can be there side by side. */
  readonly directory: string
  /** What its program finds the directory with. */
  readonly environment: Readonly<Record<string, string>>
  /** The next launch fails half-way, with this reason, and leaves what it has made. */
  failNextLaunch(reason: string): Promise<void>
  /** From now on it has the options of this version. */
  setVersion(version: string): Promise<void>
  /** A line for each launch that came while another one was going on, which true daemons do not survive. */
  crashes(): Promise<readonly string[]>
  /** Removes its machines, in whatever state, and all it keeps. */
  clean(): Promise<void>
}

export const createStandIn = async (): Promise<StandIn> => {
  const directory = await mkdtemp(path.join(tmpdir(), 'multipass-'))
  const program = path.join(import.meta.dirname, 'multipass')
  await compileProgram(directory)
  return {
    program,
    directory,
    environment: { MULTIPASS: program, MULTIPASS_STAND_IN: directory },
    failNextLaunch: (reason) => writeFile(path.join(directory, 'fail-next-launch'), reason),
    setVersion: (version) => writeFile(path.join(directory, 'version'), version),
    crashes: async () =>
      (await readFile(crashFile(directory), 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    clean: async () => {
      await endAllOf(directory)
      for (const { number } of await allInstances(directory)) await removeContainer(directory, number)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Ends every process that was started with the directory in its environment: its programs, and what they started. */
const endAllOf = async (directory: string): Promise<void> => {
  const mark = `MULTIPASS_STAND_IN=${directory}`
  await waitFor(
    `nobody works in ${directory}`,
    async () => {
      const left = await filterProcesses(async (pid) => (await environmentOf(pid)).includes(mark))
      for (const pid of left) signal(pid, 'SIGKILL')
      return left.length === 0 ? { done: true } : { seen: `processes ${left.join(', ')}` }
    },
    { clock: systemClock, everyMs: 20, timeoutMs: 20_000 },
  )
}
