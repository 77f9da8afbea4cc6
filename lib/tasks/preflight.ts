import path from 'node:path'
import { playbookEnvironment } from '../ansible/environment.ts'
import { readShell } from '../config/load.ts'
import { InfraError } from '../errors.ts'
import type { ServerType } from '../hcloud/types.ts'
import { ProgramMissing, type ProgramResult, runProgram } from '../outside/program.ts'
import { inScratch } from '../scratch.ts'
import { compileZones } from '../zones/compile.ts'
import { findLeftOut, readZoneFiles } from '../zones/files.ts'
import { findServerProgram, serviceRemark } from '../zones/tool.ts'
import { hostsOf } from './addresses.ts'
import { zonesFolderOf } from './artefact.ts'
import { networkZoneOf } from './network.ts'
import { readOffers } from './offers.ts'
import { signArtefact } from './signing.ts'
import type { World } from './world.ts'

/** Programs on the operator's machine, and the Debian package that has each. */
const tools = [
  ['ssh', ['-V'], 'openssh-client'],
  ['ansible-playbook', ['--version'], 'ansible-core'],
  ['named-compilezone', ['-v'], 'bind9-utils'],
] as const

const signingTools = [
  ['dnssec-signzone', ['-V'], 'bind9-utils'],
  ['age', ['--version'], 'age'],
] as const

/**
 * Finds out before anything is changed what would stop any operation later: missing tools, locations that do not exist. Reports all
 * faults of a kind at once.
 * @throws InfraError with exit code 2.
 */
export const preflight = async (world: World): Promise<void> => {
  await (world.requireTools ?? requireTools)(world)
  await networkZoneOf(world)
}

/**
 * The same of the zone files, for a plan that makes nameservers from them.
 * @returns what an operator may not expect, as sentences.
 * @throws InfraError (exit code 2) when they do not compile.
 */
export const preflightZones = async (world: World): Promise<readonly string[]> => {
  await compileWithPlaceholders(world)
  return leftOutNotes(zonesFolderOf(world))
}

const mostNamed = 5

const leftOutNotes = async (folder: string): Promise<readonly string[]> => {
  const files = await findLeftOut(folder, await readZoneFiles(folder))
  if (files.length === 0) return []
  const more = files.length > mostNamed ? ` and ${files.length - mostNamed} more` : ''
  return [
    `Not deployed, since no zone is made of them (a zone is a file NAME.zone in ${folder} itself): ${files.slice(0, mostNamed).join(', ')}${more}.`,
  ]
}

/** @throws InfraError (exit code 2) naming all programs that this computer lacks, or that do not run. */
const requireTools = async ({ settings }: World): Promise<void> => {
  const config = path.join(settings.sources, 'ansible', 'ansible.cfg')
  const states = await inScratch('dns-tools-', (home) => {
    // each as it will be run later
    const forPlaybooks = playbookEnvironment(readShell(), { config, home })
    const all = settings.config.dnssec ? [...tools, ...signingTools] : tools
    return Promise.all(all.map((tool) => tryTool(tool, tool[0] === 'ansible-playbook' ? forPlaybooks : readShell())))
  })
  const missing = [...states.filter(({ isMissing }) => isMissing), ...(await missingServer())]
  if (missing.length > 0) {
    const install = `apt-get install ${missing.map(({ debianPackage }) => debianPackage).join(' ')}`
    throw new InfraError(`Missing on this machine: ${missing.map(({ program }) => program).join(', ')}`, {
      exitCode: 2,
      hint: missing.some(({ program }) => program === 'named') ? `${install}\n${serviceRemark}` : install,
    })
  }
  const broken = states.flatMap(({ fault }) => fault ?? [])
  if (broken.length === 0) return
  throw new InfraError(broken.join('\n'), {
    exitCode: 2,
    hint: 'Nothing was changed. Mend that program, or install it anew, and run again.',
  })
}

interface ToolState {
  readonly program: string
  readonly debianPackage: string
  readonly isMissing: boolean
  /** Undefined when it runs. */
  readonly fault: string | undefined
}

const tryTool = async (
  [program, args, debianPackage]: (typeof tools)[number] | (typeof signingTools)[number],
  env: NodeJS.Dict<string>,
): Promise<ToolState> => {
  try {
    const result = await runProgram([program, ...args], { env, timeoutMs: 60_000 })
    const fault = result.exitCode === 0 ? undefined : `\`${[program, ...args].join(' ')}\` fails: ${wordsOf(result)}`
    return { program, debianPackage, isMissing: false, fault }
  } catch (error) {
    if (!(error instanceof ProgramMissing)) throw error
    return { program, debianPackage, isMissing: true, fault: undefined }
  }
}

const wordsOf = ({ stdout, stderr, exitCode, isTimedOut }: ProgramResult): string =>
  stderr.trim() ||
  stdout.trim() ||
  (isTimedOut ? 'it did not end within a minute' : `it said nothing (exit status ${exitCode ?? 'none'})`)

/** It is not tried: the compiler runs a copy of it. */
const missingServer = async (): Promise<readonly Pick<ToolState, 'program' | 'debianPackage'>[]> =>
  (await findServerProgram()) === undefined ? [{ program: 'named', debianPackage: 'bind9' }] : []

/** Before the lbs exist their addresses are unknown; any will do to find out whether the files are sound. */
const compileWithPlaceholders = async (world: World): Promise<void> => {
  const hosts = world.settings.config.pairs.flatMap((pair) => hostsOf(pair, '198.18.0.1', '2001:2::1'))
  await signArtefact(world, await compileZones({ folder: zonesFolderOf(world), serial: 1, hosts }))
}

/**
 * What will be ordered and what it costs, as sentences.
 * @throws InfraError when none of the types of a pair can be ordered, with the reason for each.
 */
export const readOrders = async (world: World): Promise<readonly string[]> => {
  const { pairs } = world.settings.config
  const markets = await Promise.all(pairs.map((pair) => readOffers(world, pair)))
  const faults = markets.flatMap(({ offers, faults }, index) =>
    offers.length > 0 ? [] : [`Pair ${index + 1} cannot be ordered: ${faults.join('; ')}`],
  )
  if (faults.length > 0) {
    throw new InfraError(faults.join('\n'), {
      hint: 'Nothing was changed. Set types and an image in infra.config.ts that the cloud has there, or try again later.',
    })
  }
  return markets.flatMap(({ offers: [first], faults }, index) => {
    const location = pairs[index]?.location ?? ''
    return first ? [orderNote(index + 1, first.type, location), ...faults.map((fault) => `  Not taken: ${fault}.`)] : []
  })
}

const orderNote = (pair: number, type: ServerType, location: string): string => {
  const price = type.prices.find((one) => one.location === location)
  const cost = price ? `, ${Number(price.price_hourly.gross).toFixed(4)} € an hour` : ''
  const going = type.locations.find((one) => one.name === location)?.deprecation
  const warning = going ? ` (going: not to be had after ${going.unavailable_after.slice(0, 10)})` : ''
  return `Pair ${pair}: ${type.name} in ${location}${cost} a server${warning}.`
}
