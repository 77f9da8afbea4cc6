import { Argument } from '@commander-js/extra-typings'
import { createCommand, envFile } from '../cli.ts'
import type { LoadOptions } from '../config/load.ts'
import type { ExitCode } from '../errors.ts'

const deeds = ['on', 'off', 'status'] as const

/** The command line of sign-zones. */
export const createSignZonesCommand = () =>
  createCommand({
    name: 'sign-zones',
    summary:
      'Makes the key that a zone is signed with by the next deployment, or puts it aside, or says what there is. Changes files here, and nothing else.',
    background:
      'A zone is signed for the world once its parent has its DS record. That has to wait until every cache has forgotten the unsigned answers: docs/signed-domains.md has the steps.',
    examples: [
      ['example.test on', 'makes its key, in the folder dnssec.keys of infra.config.ts'],
      ['example.test status', 'the key, its DS record, and what every server of the parent has'],
      ['example.test off', 'puts the key aside; refused while a server of the parent has a DS record'],
    ],
  })
    .argument('<zone>', 'name of a zone that has a file in zonesFolder')
    .addArgument(new Argument('<deed>', 'what to do').choices(deeds))
    .option(...envFile)
    .option('--config <path>', 'config file (default: infra.config.ts)')
    .option('--json', 'print one JSON object on stdout')
    .option('--verbose', 'print where an unforeseen error came from')

interface Printing extends LoadOptions {
  readonly json?: true | undefined
}

/** Does one of them, and prints what came of it. */
export const runSignZones = async (
  [zone, deed]: readonly [zone: string, deed: (typeof deeds)[number]],
  options: Printing,
): Promise<ExitCode> => {
  const { loadLocalSettings } = await import('../config/load.ts')
  const { openSigning, signingOff, signingOn, signingStatus } = await import('../tasks/sign-zones.ts')
  const signing = await openSigning(await loadLocalSettings(options), zone)
  const { exitCode, lines, ...data } = await { on: signingOn, off: signingOff, status: signingStatus }[deed](signing)
  process.stdout.write(`${options.json ? JSON.stringify({ zone: signing.zone, ...data }) : lines.join('\n')}\n`)
  return exitCode
}
