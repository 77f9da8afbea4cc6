import { spawn } from 'node:child_process'
import path from 'node:path'

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const root = path.resolve(import.meta.dirname, '../..')

export interface RunningScript {
  readonly pid: number
  readonly ended: Promise<Outcome>
  /** What it has printed so far. */
  readonly stdout: () => string
  /** Resolves with what matches, once stdout or stderr does; rejects when the script ends first. */
  readonly saw: (pattern: RegExp) => Promise<RegExpExecArray>
  /** Stops the script (SIGSTOP) for as long as `work` takes. */
  readonly pausedWhile: (work: () => Promise<unknown>) => Promise<void>
}

/** Starts `scripts/NAME.ts` as an operator would, without a terminal, in this checkout or in another. */
export const startScript = (
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = root,
): RunningScript => {
  const child = spawn(process.execPath, ['--import', 'tsx', `scripts/${name}.ts`, ...args], {
    cwd,
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const watchers: { pattern: RegExp; resolve: (found: RegExpExecArray) => void; reject: (error: Error) => void }[] = []
  const look = (): void => {
    for (const { pattern, resolve } of watchers) {
      const found = pattern.exec(stdout) ?? pattern.exec(stderr)
      if (found) resolve(found)
    }
  }
  child.stdout.on('data', (chunk) => {
    stdout += chunk
    look()
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
    look()
  })
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code) => {
      for (const watcher of watchers) watcher.reject(new Error(`ended without ${watcher.pattern}:\n${stderr}`))
      resolve({ code, stdout, stderr })
    })
  })
  const saw = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      watchers.push({ pattern, resolve, reject })
      look()
    })
  const pid = child.pid ?? 0
  const pausedWhile = async (work: () => Promise<unknown>): Promise<void> => {
    process.kill(pid, 'SIGSTOP')
    await work().finally(() => process.kill(pid, 'SIGCONT'))
  }
  return { pid, ended, stdout: () => stdout, saw, pausedWhile }
}

export const runScript = (
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  cwd = root,
): Promise<Outcome> => startScript(name, args, env, cwd).ended

/** @throws Error with everything the script printed, unless it ended with `code`. */
export const expectCode =
  (code: number, command = 'the script') =>
  (outcome: Outcome): Outcome => {
    if (outcome.code === code) return outcome
    throw new Error(`${command}: exit ${outcome.code}, expected ${code}\n${outcome.stdout}\n${outcome.stderr}`)
  }

/** @throws Error with everything the script printed, unless it ended with `code`. */
export const expectScript = (
  code: number,
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> => runScript(name, args, env).then(expectCode(code, `${name} ${args.join(' ')}`))

/** @throws Error with the whole text unless it matches, since the pattern alone would not say what came instead. */
export const assertSays = (text: string, pattern: RegExp): void => {
  if (!pattern.test(text)) throw new Error(`expected ${pattern} in:\n${text}`)
}
