import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { InfraError } from '../../lib/errors.ts'

/**
 * Runs shell text with `sh -e` and returns its output.
 * @throws InfraError with what the failing command said
 */
export const runShell = (text: string, options: { readonly input?: string } = {}): Promise<string> =>
  runProgram('sh', ['-ec', text], options)

/**
 * Runs a program without a shell and returns its standard output; its input is `input`, or empty.
 * @throws InfraError with what the program said on standard error
 */
export const runProgram = (
  program: string,
  args: readonly string[],
  { input = '' }: { readonly input?: string } = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let output = ''
    let complaint = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint += chunk
    })
    child.on('error', (cause) => reject(new InfraError(`${program} could not be run`, { cause })))
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new InfraError(`${program} failed (${code}): ${complaint.trim().slice(-2000) || 'no message'}`))
    })
    // a program that ends without reading its input is no fault of ours
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })

/** Arguments of a running process; empty for one that is gone or a zombie. */
export const argumentsOf = async (pid: number): Promise<readonly string[]> => {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return text.split('\0').slice(0, -1)
}

/** Environment of a running process, each variable as `NAME=value`; none for one that is gone or a zombie. */
export const environmentOf = async (pid: number): Promise<readonly string[]> => {
  const text = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  return text.split('\0').slice(0, -1)
}

/** All running processes that fit, whoever started them. */
export const filterProcesses = async (fits: (pid: number) => Promise<boolean>): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const known = await Promise.all(pids.map(fits))
  return pids.filter((_, index) => known[index])
}

/** The process a pid file names, if it runs and `marker` is among its arguments: pids are used again. */
export const findProcess = async (pidFile: string, marker: string): Promise<number | undefined> => {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  if (!(pid > 1)) return undefined
  return (await argumentsOf(pid)).includes(marker) ? pid : undefined
}

/** Signals a process or, for a negative number, a group; one that is gone is fine. */
export const signal = (pid: number, which: NodeJS.Signals | number): void => {
  try {
    process.kill(pid, which)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
