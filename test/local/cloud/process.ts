import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { runDaemon } from '../../../local/twin/cloud.ts'

const root = path.resolve(import.meta.dirname, '../../..')

/** A directory of its own, and the way to remove it. */
export const makeDirectory = (): { readonly directory: string; remove(): void } => {
  const directory = mkdtempSync(path.join(tmpdir(), 'cloud-'))
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

export interface Daemon {
  readonly endpoint: string
  readonly child: ChildProcess
  /** Resolves with the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string | null>
}

interface DaemonOptions {
  readonly options?: readonly string[]
  readonly token?: string
  readonly env?: Readonly<Record<string, string>>
  /** Of another build. */
  readonly cwd?: string
}

/** The emulated cloud as it is run by hand, with machines that only remember. */
export const startDaemon = async (
  directory: string,
  { options = ['--speed', 'fast'], token = '', env = {}, cwd = root }: DaemonOptions = {},
): Promise<Daemon> => {
  const [program, ...words] = runDaemon
  const args = [...words, 'local/cloud/daemon.ts', '--state', directory, '--backend', 'fake', ...options]
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, TWIN_TOKEN: token, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), ended.then(() => [''])])
  const endpoint = /^listening on (http:\/\/127\.0\.0\.1:\d+\/v1)$/.exec(String(line))?.[1]
  if (!endpoint) throw new Error(`the daemon did not start: ${line}`)
  return {
    endpoint,
    child,
    end: async (signal) => {
      child.kill(signal)
      const [code, killedBy] = await ended
      return code ?? killedBy
    },
  }
}

export interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, whatever that is, within 30 s. */
export const run = (program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Run> =>
  new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { env: { ...process.env, ...env }, timeout: 30_000 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0
        resolve({ code, stdout, stderr: code === -1 ? `${stderr}${error?.message}` : stderr })
      },
    )
    child.stdin?.end()
  })
