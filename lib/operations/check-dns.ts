import { InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { createCommand, duration, envFile } from '../cli.ts'
import type { LoadOptions, LocalSettings } from '../config/load.ts'
import { type CheckId, checkIds } from '../dns/checks/check.ts'
import { type ExitCode, InfraError } from '../errors.ts'
import type { CheckDnsOptions } from '../tasks/check-dns/check-dns.ts'
import type { World } from '../tasks/world.ts'
import type { TellOptions } from '../tell/open-tellers.ts'
import { widthOf } from '../terminal.ts'
import type { Rules } from '../watch/incidents.ts'

/** @throws InvalidArgumentError for a check that is none. */
const checkId = (text: string): CheckId => {
  const id = checkIds.find((one) => one === text)
  if (id) return id
  throw new InvalidArgumentError(`It is none of ${checkIds.join(', ')}.`)
}

/** @throws InvalidArgumentError for what is no number of them. */
const wholeNumber = (text: string): number => {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It has to be a whole number.')
}

/** @throws InvalidArgumentError unless it is more than half of them. */
const rulesOf = (text: string): Rules => {
  const [, needed, of] = (/^([1-9]\d?)\/([1-9]\d?)$/.exec(text) ?? []).map(Number)
  if (needed && of && needed <= of && 2 * needed > of) return { needed, of }
  throw new InvalidArgumentError('It has to be a number of looks out of the last ones, more than half, such as 2/3.')
}

/** The command line of check-dns. */
export const createCheckDnsCommand = () =>
  createCommand({
    name: 'check-dns',
    summary:
      'Asks every nameserver and every lb all that they must answer, over UDP and TCP, IPv4 and IPv6, and the servers of the parent zones how the world is led there. Changes nothing. Ends with 3 when something is wrong, else with 8 when something could not be measured, else with 0.',
    background:
      'What must be answered is what the zone files at hand make; --serving takes what was deployed.\nThe nameservers themselves answer only those who are in operatorNetworks.',
    examples: [
      ['', 'everything'],
      ['--zone example.test --only rrsets absent', 'the data of one zone'],
      ['--only parent-ns glue ds', 'how the parents lead to the zones, such as after a change at the registrar'],
      ['--serving', 'whether what was deployed is what is answered, whatever zone files are at hand'],
      ['--resolver 9.9.9.9', 'and what that resolver finds'],
      ['--targets lb1=203.0.113.5 lb2=203.0.113.6', 'these alone, without any token'],
      ['--watch 30s', 'again and again, with a line when something changes; Ctrl-C ends it'],
      ['--explain glue', 'what a check is about, and what to do when it fails'],
    ],
  })
    .option(...envFile)
    .option('--config <path>', 'config file (default: infra.config.ts)')
    .option('--serving', 'compare with what the generation that serves was deployed with')
    .option('--targets <server...>', 'NAME=ADDRESS of the servers to ask, in place of those that the cloud lists')
    .option('--resolver <address>', 'ask this resolver too, as the world does')
    .option('--zone <name...>', 'only these zones')
    .addOption(
      new Option('--only <check...>', 'only these checks; --explain lists them').argParser(
        (text, before: readonly CheckId[] | undefined) => [...(before ?? []), checkId(text)],
      ),
    )
    .addOption(
      new Option('--family <number>', 'only over IPv4 or IPv6, for a computer without the other').choices(['4', '6']),
    )
    .option('--explain [check]', 'explain a check, or list all of them, and ask nothing', checkId)
    .option('--watch <time>', 'look again and again, so often: 30s, 5min; Ctrl-C ends it', duration)
    .option(
      '--confirm <looks>',
      'with --watch: how many of the last looks have to agree, such as 3/5 (default: 2/3)',
      rulesOf,
    )
    .option(
      '--looks <number>',
      'with --watch: end after so many, such as in a job that something else starts',
      wholeNumber,
    )
    .option('--rate <questions>', 'ask no more than so many questions a second over all', wholeNumber)
    .option('--webhook <url>', 'with --watch: post incidents there, signed when WEBHOOK_SECRET is set')
    .option(
      '--prometheus <file>',
      'with --watch: write metrics into a file for the textfile collector, after each look',
    )
    .option('--listen <address>', 'with --watch: serve the same at ADDRESS:PORT under /metrics, such as [::1]:9353')
    .option(
      '--github <repository>',
      'with --watch: keep one open issue in OWNER/NAME while something is wrong; needs GITHUB_TOKEN',
    )
    .option('--heartbeat <url>', "with --watch: ask for it after each look, such as of a dead man's switch")
    .option('--json', 'print one JSON object on stdout; with --watch one a line for all that happens')
    .option('--verbose', 'print where an unforeseen error came from')

/** The report stays readable where it is mailed or put into an issue. */
const widest = 80

const print = (text: string): void => void process.stdout.write(`${text}\n`)

const widthHere = (): number => Math.min(widest, widthOf(process.stdout))

interface Printing extends LoadOptions, CheckDnsOptions, TellOptions {
  /** Milliseconds. */
  readonly watch?: number | undefined
  readonly looks?: number | undefined
  readonly confirm?: Rules | undefined
  /** Questions a second. */
  readonly rate?: number | undefined
  readonly json?: true | undefined
  readonly explain?: CheckId | true | undefined
}

/** Asks, and prints what was found. @param from the world, or settings alone for servers that are named in the options. */
export const printCheckDns = async (
  from: World | LocalSettings,
  options: Printing,
  signal: AbortSignal,
): Promise<ExitCode> => {
  const { checkDns } = await import('../tasks/check-dns/check-dns.ts')
  const { paceOf } = await import('../pace.ts')
  const { systemClock } = await import('../clock.ts')
  const { createProgress } = await import('../tasks/check-dns/progress.ts')
  const { describeReport, exitCodeOfReport, reportJson } = await import('../report/check-dns.ts')
  const { withProgressLine } = await import('../report/progress-line.ts')
  const report = await withProgressLine(process.stderr, (show) => {
    const progress = createProgress((done, expected) => show(`asked ${done} of ${expected}`))
    const pace = paceOf(options.rate, 'clock' in from ? from.clock : systemClock)
    return checkDns(from, options, { progress, signal, pace })
  })
  print(options.json ? reportJson(report) : describeReport(report, widthHere()))
  return exitCodeOfReport(report)
}

/** Looks once, or again and again. */
const checkOrWatch = async (from: World | LocalSettings, options: Printing, signal: AbortSignal): Promise<ExitCode> => {
  const { watch } = options
  if (watch !== undefined) {
    const { watchDns } = await import('./watch-dns.ts')
    return watchDns(from, { ...options, watch }, signal)
  }
  const stray = (['looks', 'confirm', 'webhook', 'prometheus', 'listen', 'github', 'heartbeat'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (stray === undefined) return printCheckDns(from, options, signal)
  throw new InfraError(`--${stray} is for a watch`, { exitCode: 2, hint: 'Say how often to look: --watch 30s.' })
}

/** The whole of the script. */
export const runCheckDns = async (options: Printing, signal: AbortSignal): Promise<ExitCode> => {
  const { explain } = options
  if (explain !== undefined) {
    const { describeExplanation, listExplanations } = await import('../report/explain-check.ts')
    print(explain === true ? listExplanations(widthHere()) : describeExplanation(explain, widthHere()))
    return 0
  }
  if (options.targets) {
    const { loadLocalSettings } = await import('../config/load.ts')
    return checkOrWatch(await loadLocalSettings(options), options, signal)
  }
  const { withWorld } = await import('../tasks/open-world.ts')
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  return withWorld({ ...options, say, signal }, (world) => checkOrWatch(world, options, signal))
}
