import type { ChildProcess } from 'node:child_process'
import { access, constants, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { $, type ProcessPromise, quote, which } from 'zx'
import { InfraError } from '../errors.ts'
import { holdGroup } from './group.ts'
import { collectOutput, createLineTeller, type OnLine } from './lines.ts'

export interface ProgramOptions {
  readonly cwd?: string
  /** The whole environment, in place of ours. */
  readonly env?: NodeJS.Dict<string>
  /** What it can read from stdin, whether it does or not. Default: nothing. */
  readonly input?: string
  /** Open files that it gets as its numbers from `firstHeld` on, as do those that it starts. */
  readonly held?: readonly FileHandle[]
  /** After which it is ended: told to (SIGTERM), and made to (SIGKILL) when it has not after `graceMs`. Default: never. */
  readonly timeoutMs?: number
  /** Default 5,000. */
  readonly graceMs?: number
  /** Ends it at once (SIGKILL). */
  readonly signal?: AbortSignal
  /** Told every line as it comes, one after the other. What it throws is thrown once the program has ended. */
  readonly onLine?: OnLine
  /** What it means that the program is missing, as the end of a sentence, and what to do about it. */
  readonly missing?: { readonly means: string; readonly remedy: string }
}

export interface ProgramResult {
  /** Null when it was ended by a signal. */
  readonly exitCode: number | null
  /** It was ended for `timeoutMs`. */
  readonly isTimedOut: boolean
  readonly stdout: string
  readonly stderr: string
  /** stdout as it came, for what is no text. */
  readonly octets: Buffer
}

/** The program is not on this computer. */
export class ProgramMissing extends InfraError {}

/**
 * Runs a program to its end, the only way to do so. Its words are no shell's, nothing can be typed into it, and Ctrl-C in the
 * terminal does not reach it: it is in a process group of its own, which ends with us. Once it has ended by itself, what it left
 * behind is let be.
 * @returns also when it fails: whether that is an error is for the caller to say.
 * @throws ProgramMissing, or InfraError when it cannot be started (exit code 2).
 */
export const runProgram = async (argv: readonly string[], options: ProgramOptions = {}): Promise<ProgramResult> => {
  await requireProgram(argv, options)
  const running = start(argv, options)
  const lines = createLineTeller(options.onLine ?? (() => undefined))
  const ends = [
    collectOutput(running.stdout, (line) => lines.take(line, 'stdout')),
    collectOutput(running.stderr, (line) => lines.take(line, 'stderr')),
  ] as const
  const leash = holdGroup(running.pid, options)
  const { exitCode, cause } = await running.finally(leash.drop)
  if (cause) throw notStarted(argv, cause)
  const [octets, errors] = ends.map((end) => end()) as [Buffer, Buffer]
  await lines.told()
  return { exitCode, isTimedOut: leash.isTimedOut(), stdout: `${octets}`, stderr: `${errors}`, octets }
}

/** The path of a program: in the PATH, or else in one of `folders`. */
export const findProgram = async (name: string, folders: readonly string[] = []): Promise<string | undefined> =>
  (await which(name, { nothrow: true })) ??
  (await which(name, { nothrow: true, path: folders.join(path.delimiter) })) ??
  undefined

// bash only finds the program and becomes it, so that the process is the program. stdin has to be closed for bash too: given a
// pipe of Node's it takes itself for a remote shell, and reads ~/.bashrc (bash(1), INVOCATION).
const quietly = $({
  // where it is on every Debian, also when the PATH that we were started with is not a usual one
  shell: which.sync('bash', { nothrow: true }) ?? '/bin/bash',
  quote,
  prefix: 'exec ',
  detached: true,
  nothrow: true,
  quiet: true,
  stdio: ['ignore', 'pipe', 'pipe'],
})

/** Those before are stdin, stdout and stderr. */
export const firstHeld = 3

const start = (argv: readonly string[], { cwd, env, input, held = [] }: ProgramOptions): ProcessPromise => {
  const more = [...held.map(({ fd }) => fd), ...(input === undefined ? [] : ['pipe' as const])]
  const last = firstHeld - 1 + more.length
  const running = quietly({
    stdio: ['ignore', 'pipe', 'pipe', ...more],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env ? { env } : {}),
    // it becomes stdin only when bash becomes the program
    ...(input === undefined ? {} : { postfix: ` <&${last} ${last}<&-` }),
  })`${argv}`
  if (input !== undefined) feed(running.child, last, input)
  return running
}

const feed = (child: ChildProcess | undefined, number: number, input: string): void => {
  const pipe = child?.stdio[number] as Writable | undefined
  // a program that ends without reading its input is no fault of ours
  pipe?.on('error', () => undefined)
  pipe?.end(input)
  // whoever it left behind may have the other end for long
  child?.once('exit', () => pipe?.destroy())
}

/** Looked for beforehand: what a shell says of a missing program is its own words, and 127 can be anybody's. */
const requireProgram = async ([program = '']: readonly string[], { env, missing }: ProgramOptions): Promise<void> => {
  const found = await which(program, { nothrow: true, ...(env ? { path: env.PATH ?? '' } : {}) })
  if (found === null) throw programMissing(program, missing)
  // one that may not be started there is found as well
  await access(found, constants.X_OK).catch((cause: Error) => {
    throw notStarted([program], cause)
  })
}

const programMissing = (program: string, missing: ProgramOptions['missing']): ProgramMissing =>
  new ProgramMissing(`${program} is not installed${missing ? `: ${missing.means}` : ''}`, {
    hint: missing?.remedy ?? 'Install it, then run this again.',
    exitCode: 2,
  })

const notStarted = ([program]: readonly string[], cause: Error): InfraError =>
  new InfraError(`${program} could not be run: ${cause.message}`, { exitCode: 2, cause })
