import { InfraError } from '../../../lib/errors.ts'
import { type ProgramOptions, type ProgramResult, runProgram } from '../../../lib/outside/program.ts'
import { describeFailure, remedyOf } from './failure.ts'

/** How one run of a program ended. */
export type Outcome = Pick<ProgramResult, 'exitCode' | 'isTimedOut' | 'stdout' | 'stderr'>

export type RunOptions = Pick<ProgramOptions, 'input' | 'held' | 'timeoutMs'>

/** The program of Multipass, or one in its place. */
export interface Multipass {
  readonly program: string
  /** @throws InfraError if it is not on this computer */
  attempt(args: readonly string[], options?: RunOptions): Promise<Outcome>
  /**
   * Returns its standard output, on which there may be more than was asked for.
   * @throws InfraError with what it complained of, and what to do
   */
  ask(args: readonly string[], options?: RunOptions): Promise<string>
}

/**
 * The environment variable MULTIPASS names another program that understands the same commands, for this process and all that it
 * starts.
 */
export const createMultipassProgram = (program = process.env.MULTIPASS || 'multipass'): Multipass => {
  const attempt: Multipass['attempt'] = (args, options) => runToItsEnd([program, ...args], options)
  return {
    program,
    attempt,
    ask: async (args, options) => {
      const outcome = await attempt(args, options)
      if (outcome.exitCode !== 0) throw failureOf(args, outcome)
      return outcome.stdout
    },
  }
}

/** Looking something up takes less than a second; what takes longer says so itself. */
const usualTimeoutMs = 60_000

const missing = {
  means: 'there are no machines of Multipass',
  remedy: 'local-up --doctor says what is missing on this computer, and how to get it.',
}

/**
 * Runs a program until it ends or its time is over, whatever it says.
 * @throws InfraError if there is no such program
 */
export const runToItsEnd = (argv: readonly string[], options: RunOptions = {}): Promise<Outcome> => {
  // where snap puts its programs, which is not in everybody's path
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/snap/bin` }
  return runProgram(argv, { cwd: '/', env, missing, timeoutMs: usualTimeoutMs, ...options })
}

/** @param args as they were given: the first is the command */
export const failureOf = ([command = '']: readonly string[], { exitCode, isTimedOut, stderr }: Outcome): InfraError =>
  isTimedOut
    ? new InfraError(`multipass ${command} did not end in time`, { hint: remedyOf('timed out') })
    : new InfraError(`multipass ${command} failed (${exitCode ?? 'ended'}): ${describeFailure(stderr)}`, {
        hint: remedyOf(stderr),
      })
