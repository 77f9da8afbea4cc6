import { InfraError } from '../../../lib/errors.ts'
import { describeFailure, remedyOf } from './failure.ts'
import { type Outcome, type RunOptions, runToItsEnd } from './outcome.ts'

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
      if (outcome.code !== 0) throw failureOf(args, outcome)
      return outcome.stdout
    },
  }
}

/** @param args as they were given: the first is the command */
export const failureOf = ([command = '']: readonly string[], { code, stderr }: Outcome): InfraError =>
  code === null
    ? new InfraError(`multipass ${command} did not end in time`, { hint: remedyOf('timed out') })
    : new InfraError(`multipass ${command} failed (${code}): ${describeFailure(stderr)}`, { hint: remedyOf(stderr) })
