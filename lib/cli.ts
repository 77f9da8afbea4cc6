import { setMaxListeners } from 'node:events'
import { Command, CommanderError, Help, InvalidArgumentError, type OptionValues } from '@commander-js/extra-typings'
import { type ExitCode, InfraError, textOf } from './errors.ts'
import { type CommandText, helpBelowOptions } from './help.ts'
import { leaveTerminal, sayAtOnce, sizeOf } from './terminal.ts'
import { parseDuration } from './time.ts'

/** A strict command: unknown options and stray arguments are refused, with "did you mean". Add the options to what comes back. */
export const createCommand = (text: CommandText) => {
  const { columns } = sizeOf(process.stdout)
  return new Command(`npx tsx scripts/${text.name}.ts`)
    .description(text.summary)
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: columns })
    .addHelpText('after', helpBelowOptions(text, columns))
    .exitOverride()
}

/**
 * Runs a script: parses strictly, runs `main`, turns whatever it throws into text on stderr and an exit code.
 * With `--json` the error is also the last line on stdout. `interrupt` is aborted by the first SIGINT or SIGTERM; `main` is
 * expected to finish its current step then. A second signal ends the process.
 */
export const runCommand = async <Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
  main: (options: Options, interrupt: AbortSignal) => Promise<ExitCode | undefined>,
): Promise<void> => {
  const interrupt = listenForInterrupts()
  try {
    await command.parseAsync()
    process.exitCode = (await main(command.opts(), interrupt)) ?? 0
  } catch (error) {
    process.exitCode = reportFailure(error, { interrupted: interrupt.aborted, ...commonFlags(command.opts()) })
  }
}

interface FailureContext {
  readonly interrupted: boolean
  readonly json: boolean
  readonly verbose: boolean
}

const commonFlags = (options: object): { json: boolean; verbose: boolean } => ({
  json: 'json' in options && options.json === true,
  verbose: 'verbose' in options && options.verbose === true,
})

/** Between words, on a terminal: a file or a pipe has lines as long as they are. */
const fold = (text: string): string => {
  const { isTTY, columns } = process.stderr
  return isTTY ? new Help().boxWrap(text, columns - 2) : text
}

/** Says on stderr, and with `--json` on stdout, why a script ends without success, and returns its exit code. */
export const reportFailure = (error: unknown, { interrupted, json, verbose }: FailureContext): ExitCode => {
  // commander has printed its own text by now; showing the help is not a failure
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  const { message, hint, exitCode } = describeFailure(error, interrupted)
  process.stderr.write(`\n${fold(`error: ${message}`)}\n${hint ? `  ${fold(hint).replaceAll('\n', '\n  ')}\n` : ''}`)
  if (verbose && error instanceof Error) process.stderr.write(`\n${error.stack}\n${causesOf(error)}`)
  if (json) process.stdout.write(`${JSON.stringify({ event: 'end', ok: false, exitCode, error: { message, hint } })}\n`)
  return exitCode
}

const describeFailure = (error: unknown, interrupted: boolean) => {
  if (error instanceof InfraError) return { message: error.message, hint: error.hint, exitCode: error.exitCode }
  if (interrupted) {
    return {
      message: 'interrupted',
      hint: 'Run the same command again to go on from here.',
      exitCode: 130 as const,
    }
  }
  return {
    message: textOf(error),
    hint: 'This is not an error we foresaw; --verbose shows where it came from.',
    exitCode: 1 as const,
  }
}

const causesOf = (error: Error): string =>
  error.cause instanceof Error ? `caused by: ${error.cause.stack}\n${causesOf(error.cause)}` : ''

/** One press can reach the process twice (npx and the terminal both deliver it), so a second within this time is the same press. */
const samePressMs = 500

const listenForInterrupts = (): AbortSignal => {
  const controller = new AbortController()
  // many questions at once listen to it
  setMaxListeners(0, controller.signal)
  let firstAt: number | undefined
  const onSignal = (): void => {
    const now = performance.now()
    if (firstAt === undefined) {
      firstAt = now
      sayAtOnce('Finishing the current step, then stopping. Once more quits at once.')
      controller.abort(
        new InfraError('interrupted', { hint: 'Run the same command again to go on from here.', exitCode: 130 }),
      )
    } else if (now - firstAt > samePressMs) {
      leaveTerminal()
      process.stderr.write(
        '\nQuit. A step may be half done, traffic between old and new (see status), and the lock held; running again finishes the job.\n',
      )
      process.exit(130)
    }
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return controller.signal
}

/** Parses a whole number of seconds. */
const seconds = (text: string): number => {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It has to be a whole number of seconds.')
}

/** Parses a time, in milliseconds. @throws InvalidArgumentError for what is none. */
export const duration = (text: string): number => {
  const ms = parseDuration(text)
  if (ms !== undefined) return ms
  throw new InvalidArgumentError('It has to be a time such as 30s, 5min or 1h.')
}

/** The short form, since Node 20 itself takes the long one, wherever it stands, and ends with 9 when the file is missing. */
export const envFile = [
  '-e, --env-file <path>',
  'file with HCLOUD_TOKEN and HCLOUD_ENDPOINT; wins over the environment (default: .env)',
] as const

/** For operations that deploy zones. */
export const acceptZone = [
  '--accept-zone <name...>',
  'name of a zone of which something has to be agreed to, such as that it goes: do without asking; may be repeated',
] as const

/** The option of whatever takes the lock. */
export const lockWait = ['--lock-wait <seconds>', 'wait this long for another run to end', seconds, 0] as const

/** A command with the options that every operation has. */
export const createOperationCommand = (text: CommandText) =>
  createCommand(text)
    .option(...envFile)
    .option('--config <path>', 'config file (default: infra.config.ts)')
    .option('--dry-run', 'print the plan and stop; exit code 3 when there is something to do')
    .option('--yes', 'carry out the plan without asking; deletion still asks')
    .option('--accept-lockout', 'carry it out although operatorNetworks lack the address you work from')
    .option('--json', 'print events as NDJSON on stdout')
    .option('--verbose', 'print every detail as a line, and where an unforeseen error came from')
    .option(...lockWait)
