import { InfraError } from '../errors.ts'
import { findProgram, runProgram } from '../outside/program.ts'

export interface ToolResult {
  readonly ok: boolean
  readonly stdout: Buffer
  /** What the program complained of or remarked on stderr, line by line. */
  readonly messages: readonly string[]
}

const missing = {
  means: 'the zones cannot be compiled',
  remedy: 'Install it: apt-get install bind9-utils (Debian, Ubuntu) or brew install bind (macOS).',
}

/**
 * Runs one of BIND's programs in a folder.
 * @throws InfraError when the program is not installed, or was ended by somebody.
 */
export const runTool = async (argv: readonly string[], folder: string): Promise<ToolResult> => {
  const { exitCode, octets, stderr } = await runProgram(argv, { cwd: folder, missing })
  if (exitCode === null)
    throw new InfraError(`${argv[0]} was ended before it had read the zone`, {
      hint: 'Nothing was created or changed. Run again.',
      exitCode: 8,
    })
  const messages = stderr.split('\n').filter((line) => line.trim() !== '')
  return { ok: exitCode === 0, stdout: octets, messages }
}

// Debian has servers where ordinary users do not look for programs, Homebrew in a folder of its own.
const serverFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/sbin']

/** @returns the path of BIND's server, undefined when it is not installed. */
export const findServerProgram = (): Promise<string | undefined> => findProgram('named', serverFolders)

/** @throws InfraError (exit code 2) when BIND's server is not installed. */
export const findNamed = async (): Promise<string> => {
  const found = await findServerProgram()
  if (found !== undefined) return found
  throw new InfraError('named is not installed: nobody can tell whether a nameserver will load the zones', {
    hint: `Install it: apt-get install bind9 (Debian, Ubuntu) or brew install bind (macOS). ${serviceRemark}`,
    exitCode: 2,
  })
}

/** What to know before BIND's server is installed on a computer that is to be none. */
export const serviceRemark = "Debian's package starts a nameserver that is not needed: systemctl disable --now named."
