import { setMaxListeners } from 'node:events'
import path from 'node:path'
import { systemClock } from '../../clock.ts'
import type { LocalSettings } from '../../config/load.ts'
import type { CheckId } from '../../dns/checks/check.ts'
import { canonicalName } from '../../dns/wire/name.ts'
import { InfraError } from '../../errors.ts'
import { familyOf, isAddress } from '../../ip.ts'
import type { Pace } from '../../pace.ts'
import type { CheckReport } from '../../report/check-dns.ts'
import { findZoneSources } from '../../zones/sources.ts'
import type { World } from '../world.ts'
import type { Progress } from './progress.ts'
import { readScene, type Scene } from './scene.ts'
import { askServers, type Choice } from './servers.ts'
import { parseToldServer, readToldScene } from './told.ts'
import { askNames, askParents, askResolver, judgePlaces } from './world.ts'

export interface CheckDnsOptions {
  /** Compares with what was deployed, whatever zone files are at hand. */
  readonly serving?: true | undefined
  /** `lb1=203.0.113.5` each: these, and the cloud is not asked. */
  readonly targets?: readonly string[] | undefined
  readonly resolver?: string | undefined
  /** Names; all without. */
  readonly zone?: readonly string[] | undefined
  /** All without. */
  readonly only?: readonly CheckId[] | undefined
  readonly family?: '4' | '6' | undefined
}

interface Running {
  readonly progress: Progress
  readonly signal: AbortSignal
  readonly pace?: Pace | undefined
}

/**
 * Every check of every server that serves, and of the way to it from the root, once. Changes nothing.
 * @param from the world, or settings alone for servers that are named in the options.
 * @throws InfraError (exit code 2) for options that cannot be, and for zone files that do not compile; (exit code 8) when there is nobody
 * to ask.
 */
export const checkDns = async (
  from: World | LocalSettings,
  options: CheckDnsOptions,
  running: Running,
): Promise<CheckReport> => {
  verifyOptions(options)
  // many questions at once listen to it
  setMaxListeners(0, running.signal)
  const settings = 'settings' in from ? from.settings : from
  const folder = path.resolve(settings.sources, settings.config.zonesFolder)
  const wanted = options.zone?.map(canonicalName)
  if (wanted && !options.serving) {
    verifyZones(
      wanted,
      (await findZoneSources(folder)).map(({ origin }) => origin),
    )
  }
  const told = options.targets?.map(parseToldServer)
  const all =
    'settings' in from
      ? await readScene(from, { isServing: options.serving === true })
      : await readToldScene(told ?? [], {
          config: settings.config,
          root: settings.root,
          folder,
          signal: running.signal,
          pace: running.pace,
        })
  if (wanted && options.serving && all.leading) {
    verifyZones(
      wanted,
      all.leading.map(({ origin }) => origin),
    )
  }
  const scene = overFamily(all, options.family)
  const { only } = options
  const choice: Choice = { zones: wanted, isChosen: (id) => !only || only.includes(id) }
  const own = { ...running, clock: 'clock' in from ? from.clock : systemClock }
  const asking = { ...own, roots: settings.environment.rootServers }
  const [servers, parents, names, resolved] = await Promise.all([
    askServers(scene, choice, own),
    askParents(scene, choice, asking),
    askNames(scene, choice, asking),
    options.resolver === undefined ? [] : askResolver(scene, choice, { ...own, address: options.resolver }),
  ])
  const found = scene.findings.map((finding) => ({ ...finding, kind: 'lb', zone: undefined }) as const)
  return {
    findings: [
      ...found,
      ...servers.findings,
      ...parents,
      ...names,
      ...judgePlaces(scene, choice, settings.config),
      ...resolved,
    ],
    notes: scene.notes,
    unknown: scene.unknown,
    isMoving: scene.isMoving,
    latencies: servers.latencies,
    signatures: servers.signatures,
  }
}

const verifyOptions = ({ serving, targets, resolver, only }: CheckDnsOptions): void => {
  const refuse = (message: string, hint: string): never => {
    throw new InfraError(message, { exitCode: 2, hint })
  }
  if (serving && targets) {
    refuse(
      '--serving and --targets exclude each other',
      'What was deployed is read from the servers that the cloud lists: leave --targets out.',
    )
  }
  if (resolver !== undefined && !isAddress(resolver)) {
    refuse(`--resolver: ${resolver} is no IP address`, 'Name a resolver by its address, such as --resolver 9.9.9.9.')
  }
  if (only?.includes('resolver') && resolver === undefined) {
    refuse('--only resolver needs a resolver', 'Name it: --resolver ADDRESS.')
  }
}

/** @throws InfraError (exit code 2) naming what there is. */
const verifyZones = (wanted: readonly string[], names: readonly string[]): void => {
  const missing = wanted.find((name) => !names.includes(name))
  if (missing === undefined) return
  throw new InfraError(`--zone: there is no zone ${missing}`, { exitCode: 2, hint: `There are ${names.join(' ')}` })
}

const overFamily = (scene: Scene, family: CheckDnsOptions['family']): Scene => ({
  ...scene,
  subjects: scene.subjects.filter(({ target }) => family === undefined || familyOf(target.address) === Number(family)),
})
