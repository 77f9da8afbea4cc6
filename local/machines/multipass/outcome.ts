import { spawn } from 'node:child_process'
import type { FileHandle } from 'node:fs/promises'
import { InfraError } from '../../../lib/errors.ts'

/** How one run of a program ended. */
export interface Outcome {
  /** Null for one that was ended because it took too long. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly input?: string
  readonly timeoutMs?: number
  /** An open file the program gets as its number 3. */
  readonly held?: FileHandle
}

/** Looking something up takes less than a second; what takes longer says so itself. */
const usualTimeoutMs = 60_000

/** Where snap puts its programs, which is not in everybody's path. */
const searchPath = (): string => `${process.env.PATH ?? ''}:/snap/bin`

/**
 * Runs a program until it ends or its time is over, whatever it says.
 * @throws InfraError if there is no such program
 */
export const runToItsEnd = (
  [program = '', ...args]: readonly string[],
  { input = '', timeoutMs = usualTimeoutMs, held }: RunOptions = {},
): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: '/',
      env: { ...process.env, PATH: searchPath() },
      stdio: ['pipe', 'pipe', 'pipe', ...(held === undefined ? [] : [held.fd])],
    })
    // not spawn's own, which goes on after a program that is not there
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const said = { stdout: '', stderr: '' }
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      said.stdout += chunk
    })
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      said.stderr += chunk
    })
    child.on('error', (cause) => {
      clearTimeout(limit)
      reject(missingProgram(program, cause))
    })
    child.on('exit', (code) => {
      clearTimeout(limit)
      if (code !== null) return
      // somebody it started may hold its output open for longer
      child.stdout?.destroy()
      child.stderr?.destroy()
    })
    child.on('close', (code) => resolve({ code, ...said }))
    // a program that ends without reading its input is no fault of ours
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })

const missingProgram = (program: string, cause: Error): InfraError =>
  new InfraError(`${program} could not be run: ${cause.message}`, {
    hint: 'local-up --doctor says what is missing on this computer, and how to get it.',
    cause,
  })
