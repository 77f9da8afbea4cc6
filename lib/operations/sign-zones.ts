import { Argument } from '@commander-js/extra-typings'
import { createCommand, envFile, lockWait } from '../cli.ts'
import type { LoadOptions } from '../config/load.ts'
import type { ExitCode } from '../errors.ts'

const deeds = ['on', 'off', 'roll', 'status'] as const
type Asked = (typeof deeds)[number]

/** The command line of sign-zones. */
export const createSignZonesCommand = () =>
  createCommand({
    name: 'sign-zones',
    summary:
      'Brings a zone from unsigned to secure, back, or from one key to the next: makes and puts aside its keys, waits until no cache holds what would not fit, and has the registrar publish its DS records. It goes as far as it gets and says what follows.',
    background:
      'deploy-infra signs with the keys that are there. Nothing is remembered but files and labels: end it at any wait (exit code 7), and run it again from any computer. docs/sign-zones.md has the steps.',
    examples: [
      ['example.test on', 'makes its key; after deploy-infra, again: has the parent publish its DS record'],
      ['example.test roll', 'another key takes the place of its key: between two deployments'],
      ['example.test off', 'has the DS record removed, waits, and puts the key aside; then deploy-infra'],
      ['example.test status', 'the key, its DS record, and what every server of the parent has'],
      ['example.test on --yes --no-wait', 'for a scheduled job: ends with 7 as long as there is something to wait for'],
    ],
  })
    .argument('<zone>', 'name of a zone that has a file in zonesFolder')
    .addArgument(new Argument('<deed>', 'what to do').choices(deeds))
    .option(...envFile)
    .option('--config <path>', 'config file (default: infra.config.ts)')
    .option('--yes', 'answer the questions before keys and DS records are changed with yes')
    .option('--wait', 'stay for long waits; without a terminal the run would end with exit code 7')
    .option('--no-wait', 'end with exit code 7 at the first thing there is to wait for')
    .option(...lockWait)
    .option('--json', 'print one JSON object on stdout')
    .option('--verbose', 'print where an unforeseen error came from')

interface Asking extends LoadOptions {
  readonly yes?: true | undefined
  readonly wait?: boolean | undefined
  readonly lockWait: number
  readonly json?: true | undefined
}

/** Does one of them, and prints what came of it. */
export const runSignZones = async (
  [zone, deed]: readonly [zone: string, deed: Asked],
  options: Asking,
  interrupt: AbortSignal,
): Promise<ExitCode> => {
  const { loadLocalSettings } = await import('../config/load.ts')
  const { factsOf, makeFirstKey, openSigning, signingStatus } = await import('../tasks/sign-zones.ts')
  const [{ fold }, { widthOf }] = await Promise.all([import('../report/fold.ts'), import('../terminal.ts')])
  const signing = await openSigning(await loadLocalSettings(options), zone)
  const print = ({ exitCode, lines, ...data }: { exitCode: ExitCode; lines: readonly string[] }): ExitCode => {
    const text = () => lines.map((line) => fold(line, widthOf(process.stdout))).join('\n')
    process.stdout.write(`${options.json ? JSON.stringify({ zone: signing.zone, ...data }) : text()}\n`)
    return exitCode
  }
  if (deed === 'status') return print(await signingStatus(signing))
  if (deed === 'on' && !signing.key && !signing.leaving) return print(await makeFirstKey(signing))
  const [{ goOn }, { withWorld }, { createRegistrar }] = await Promise.all([
    import('../tasks/signing-way.ts'),
    import('../tasks/open-world.ts'),
    import('../registrar/registrar.ts'),
  ])
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  return withWorld({ ...options, say }, async (world) => {
    const registrar = createRegistrar(world.settings.environment.registrar, { clock: world.clock, signal: interrupt })
    const come = await goOn({ world, registrar, signing, deed, options, signal: interrupt })
    const after = await openSigning(world.settings, zone)
    return print({ ...factsOf(after.key), ...come })
  })
}
