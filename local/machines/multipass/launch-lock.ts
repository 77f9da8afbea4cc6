import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../../lib/errors.ts'
import { type Outcome, runToItsEnd } from './command.ts'

/** Beside other locks of this computer: its one daemon crashes when two launches come at the same moment, whoever asks. */
const lockFile = '/run/lock/multipass-launch.lock'

/** Other twins may make several machines first, each in minutes. */
const patienceMs = 3_600_000

/** Held as long as this process works, or a program that it started with `run`. */
export interface LaunchLock {
  /** @param log path to which `.out` and `.err` are added: what the program says goes to files, so that it outlives us */
  run(
    command: readonly string[],
    options: { readonly input: string; readonly timeoutMs: number; readonly log: string },
  ): Promise<Outcome>
}

/** Nobody else on this computer launches a machine meanwhile. */
export const withLaunchLock = async <T>(work: (lock: LaunchLock) => Promise<T>): Promise<T> => {
  await mkdir(path.dirname(lockFile), { recursive: true })
  const held = await open(lockFile, 'a', 0o666)
  try {
    const { exitCode, stderr } = await runToItsEnd(['flock', '3'], { held: [held], timeoutMs: patienceMs })
    if (exitCode !== 0) throw new InfraError(`${lockFile} could not be locked: ${stderr.trim() || 'others keep it'}`)
    return await work({ run: (command, options) => runHolding(held, command, options) })
  } finally {
    await held.close()
  }
}

/** What `timeout` (GNU coreutils) ends with when it had to end the program. */
const timedOut = 124

/**
 * A shell keeps the lock for the program, which a snap does not let have files it may not read. So a launch is waited for by the
 * next one also if the process that wanted it is gone: with `setsid` it does not end with us, whether we are killed or quit.
 */
const runHolding = async (
  held: FileHandle,
  command: readonly string[],
  { input, timeoutMs, log }: Parameters<LaunchLock['run']>[1],
): Promise<Outcome> => {
  const limit = ['timeout', '--kill-after=5', String(timeoutMs / 1000)]
  const shell = ['setsid', '--wait', 'sh', '-c', 'exec >"$0.out" 2>"$0.err"\n"$@" 3<&-\nexit $?', log]
  const ended = await runToItsEnd([...shell, ...limit, ...command], {
    input,
    held: [held],
    timeoutMs: timeoutMs + 30_000,
  })
  const [stdout, stderr] = await Promise.all(
    ['out', 'err'].map((kind) => readFile(`${log}.${kind}`, 'utf8').catch(() => '')),
  )
  return {
    exitCode: ended.exitCode,
    isTimedOut: ended.isTimedOut || ended.exitCode === timedOut,
    stdout: stdout ?? '',
    stderr: stderr ?? '',
  }
}
