import { execFile } from 'node:child_process'
import { InfraError } from '../errors.ts'

export interface ToolResult {
  readonly ok: boolean
  readonly stdout: Buffer
  /** What the program complained of or remarked on stderr, line by line. */
  readonly messages: readonly string[]
}

const maxOutputOctets = 2 ** 30

/**
 * Runs one of BIND's programs in a folder. Not by zx: it joins stdout and stderr where octets are wanted.
 * @throws InfraError when the program is not installed.
 */
export const runTool = (argv: readonly string[], folder: string): Promise<ToolResult> =>
  new Promise((resolve, reject) => {
    const [program = '', ...rest] = argv
    execFile(
      program,
      rest,
      { cwd: folder, encoding: 'buffer', maxBuffer: maxOutputOctets },
      (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(notRun(program, error))
        const messages = stderr.toString('utf8').split('\n')
        resolve({ ok: error === null, stdout, messages: messages.filter((line) => line.trim() !== '') })
      },
    )
  })

// Debian has servers where ordinary users do not look for programs, Homebrew in a folder of its own.
const serverFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/sbin'].join(':')

/** @returns the path of BIND's server, undefined when it is not installed. */
export const findServerProgram = (): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile('/bin/sh', ['-c', `PATH="$PATH:${serverFolders}"; command -v named`], (error, stdout) =>
      resolve(error ? undefined : stdout.trim()),
    )
  })

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

const notRun = (program: string, cause: Error & { readonly code?: unknown }): InfraError =>
  cause.code === 'ENOENT'
    ? new InfraError(`${program} is not installed: the zones cannot be compiled`, {
        hint: 'Install it: apt-get install bind9-utils (Debian, Ubuntu) or brew install bind (macOS).',
        exitCode: 2,
        cause,
      })
    : new InfraError(`${program} could not be run: ${cause.message}`, { exitCode: 2, cause })
