import { InfraError } from '../../lib/errors.ts'
import { type ProgramOptions, runProgram } from '../../lib/outside/program.ts'

type Input = Pick<ProgramOptions, 'input'>

/**
 * Runs shell text with `sh -e` and returns its output.
 * @throws InfraError with what the failing command said
 */
export const runShell = (text: string, options: Input = {}): Promise<string> => runOrFail(['sh', '-ec', text], options)

/**
 * Runs a program without a shell and returns its standard output.
 * @throws InfraError with what the program said on standard error
 */
export const runOrFail = async (argv: readonly string[], options: Input = {}): Promise<string> => {
  const { exitCode, stdout, stderr } = await runProgram(argv, options)
  if (exitCode === 0) return stdout
  throw new InfraError(`${argv[0]} failed (${exitCode ?? 'ended'}): ${stderr.trim().slice(-2000) || 'no message'}`)
}
