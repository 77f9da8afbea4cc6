import type { Finding } from '../../dns/probe.ts'
import type { Target } from '../../dns/query.ts'
import { InfraError, ifRefused, sentenceOf } from '../../errors.ts'
import type { Role } from '../../fleet/names.ts'
import type { FleetServer } from '../../fleet/server.ts'
import { describeRunning, findRunningOperation } from '../../lock.ts'
import type { GlueHost } from '../../zones/complete.ts'
import type { Zone } from '../../zones/zone.ts'
import { clientTargetsOf, glueHostsOf, listAddresses } from '../addresses.ts'
import { compileArtefact, findArtefact, hashSources } from '../artefact.ts'
import { lbsThatMayBeAsked, listServers, targetsOf } from '../servers.ts'
import type { World } from '../world.ts'

/** One address that is asked, and whose answers must come from there. */
export interface Subject {
  readonly target: Target
  readonly role: Role
  readonly pair: number
  readonly generation: number
}

/** Who is asked, and what must come of it. */
export interface Scene {
  readonly subjects: readonly Subject[]
  /** What each generation must answer; those of which nobody can say it are not in it. */
  readonly artefacts: ReadonlyMap<number, readonly Zone[]>
  /** The newest generation that serves: parents and resolvers are compared with its zones. Undefined when its zones are not known. */
  readonly leading: readonly Zone[] | undefined
  /** Where glue has to lead. */
  readonly hosts: readonly GlueHost[]
  /** Sentences that a reader of findings should know. */
  readonly notes: readonly string[]
  /** Sentences: what could not be found out. */
  readonly unknown: readonly string[]
  /** An operation is at work, or may be. */
  readonly isMoving: boolean
  /** What has been found already. */
  readonly findings: readonly Finding[]
}

/**
 * The nameservers that serve, and every lb that clients may ask.
 * @param options.isServing compares with what each generation was given, whatever zone files are at hand.
 * @throws InfraError (exit code 8) when there is nobody to ask; with exit code 2 when the zone files at hand do not compile.
 */
export const readScene = async (world: World, { isServing }: { readonly isServing: boolean }): Promise<Scene> => {
  const servers = await listServers(world)
  const nameservers = servers.filter(({ role, phase }) => role === 'nameserver' && phase === 'serving')
  const lbs = lbsThatMayBeAsked(servers)
  if (nameservers.length === 0) {
    throw new InfraError('There is nobody to ask: no nameserver of this project serves', {
      exitCode: 8,
      hint: 'bootstrap-infra makes what is missing; status shows what is there.',
    })
  }
  const generationOf = (pair: number): number | undefined => nameservers.find((one) => one.pair === pair)?.generation
  const generations = [...new Set(nameservers.map(({ generation }) => generation))].sort((a, b) => b - a)
  const [newest = 0] = generations
  const [made, addresses, targets, running, notes] = await Promise.all([
    readArtefacts(world, { servers, generations, isServing }),
    listAddresses(world),
    clientTargetsOf(world, lbs),
    readRunning(world),
    isServing ? [] : readDifference(world, nameservers),
  ])
  const direct = nameservers.flatMap((server): readonly Subject[] => {
    const { role, pair, generation } = server
    return targetsOf(server, 53).map((target) => ({ target, role, pair, generation }))
  })
  const through = targets.flatMap((target): readonly Subject[] => {
    const pair = lbs.find(({ name }) => name === target.name)?.pair ?? 0
    const generation = generationOf(pair)
    return generation === undefined ? [] : [{ target, role: 'lb', pair, generation }]
  })
  const alone = lbs.filter(({ pair }) => generationOf(pair) === undefined)
  return {
    subjects: [...direct, ...through],
    artefacts: made.artefacts,
    leading: made.artefacts.get(newest),
    hosts: glueHostsOf(servers, addresses, { config: world.settings.config, generation: newest }),
    notes: [...running.notes, ...notes],
    isMoving: running.isMoving,
    unknown: [
      ...running.unknown,
      ...made.unknown,
      ...alone.map(({ name, pair }) => `What ${name} must answer is not known: no nameserver of pair ${pair} serves`),
    ],
    findings: [],
  }
}

interface Wanted {
  readonly servers: readonly FleetServer[]
  readonly generations: readonly number[]
  readonly isServing: boolean
}

const readArtefacts = async (
  world: World,
  { servers, generations, isServing }: Wanted,
): Promise<{ readonly artefacts: ReadonlyMap<number, readonly Zone[]>; readonly unknown: readonly string[] }> => {
  const artefacts = new Map<number, readonly Zone[]>()
  const unknown: string[] = []
  for (const generation of generations) {
    const found = isServing
      ? await findArtefact(world, generation, servers)
      : { zones: await compileArtefact(world, generation, servers) }
    if ('zones' in found) artefacts.set(generation, found.zones)
    else unknown.push(`What generation ${generation} was deployed with is not known: ${found.fault}`)
  }
  return { artefacts, unknown }
}

/** What an operation that is at work moves may look wrong for a moment. */
const readRunning = ({ hcloud, settings }: World): Promise<Pick<Scene, 'notes' | 'unknown' | 'isMoving'>> =>
  findRunningOperation({ hcloud, project: settings.config.project })
    .then((running) => ({
      notes: running ? [`${describeRunning(running)}: what it is moving may look wrong.`] : [],
      unknown: [],
      isMoving: running !== undefined,
    }))
    .catch(
      ifRefused((error) => ({
        notes: [],
        unknown: [`Whether an operation is at work is not known: ${sentenceOf(error)}`],
        isMoving: true,
      })),
    )

const readDifference = async (world: World, nameservers: readonly FleetServer[]): Promise<readonly string[]> => {
  const hash = await hashSources(world).catch(ifRefused(() => undefined))
  if (hash === undefined || nameservers.every(({ zones }) => zones === hash)) return []
  return [
    'The zone files at hand are others than those that were deployed: what differs between them counts as wrong here. deploy-infra deploys them; --serving compares with what was deployed.',
  ]
}
