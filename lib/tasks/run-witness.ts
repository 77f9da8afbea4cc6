import { acceptGenerations, generationFromZones, learnBaseline, witnessQuestions } from '../dns/accept.ts'
import { startWitness, type Witness, type WitnessReport } from '../dns/witness.ts'
import type { FleetServer } from '../fleet/server.ts'
import { clientTargetsOf } from './addresses.ts'
import { compileArtefact } from './artefact.ts'
import { listLbsInService, listServers, targetsOf } from './servers.ts'
import type { RunWitness, RunWorld } from './world.ts'

type Unwitnessed = Omit<RunWorld, 'witness'>

/** For operations that touch no traffic. */
export const noWitness: RunWitness = {
  incidents: async () => [],
  markStep: () => undefined,
  expect: () => undefined,
  join: () => undefined,
  leave: async () => undefined,
}

/**
 * Who asks, and knows the answers of which generations: where traffic may go back to nameservers that are warm, what they answer is
 * learnt from themselves.
 */
export type WitnessKind = 'none' | 'serving' | 'serving and warm'

/**
 * Runs `work` while a witness asks every question of the zones through every address of every lb. What the generation that
 * serves now answers is learnt before; what the new one must answer is its artefact.
 * @returns what the witness counted; undefined when it is not wanted, or when there is no lb to ask yet.
 */
export const withWitness = async (
  world: Unwitnessed,
  kind: WitnessKind,
  work: (world: RunWorld) => Promise<void>,
): Promise<WitnessReport | undefined> => {
  const witness = kind === 'none' ? undefined : await start(world, kind === 'serving and warm')
  if (!witness) {
    await work({ ...world, witness: noWitness })
    return undefined
  }
  try {
    await work({ ...world, witness: witness.forRun })
  } finally {
    const report = await witness.stop()
    world.events.emit({ event: 'witness', report })
  }
  return witness.snapshot()
}

interface StartedWitness extends Pick<Witness, 'stop' | 'snapshot'> {
  readonly forRun: RunWitness
}

const start = async (world: Unwitnessed, learnsOld: boolean): Promise<StartedWitness | undefined> => {
  const { settings, clock, signal, generation } = world
  const targets = await clientTargetsOf(world, await listLbsInService(world))
  const old = learnsOld ? (await listServers(world)).filter(isOldNameserver) : []
  const known = [...targets, ...old.flatMap((server) => targetsOf(server, 53))]
  if (targets.length === 0) return undefined
  const zones = await compileArtefact(world, generation)
  const questions = witnessQuestions(zones)
  const baseline = await learnBaseline(known, questions, { timeoutMs: 2000, signal })
  let generations = [generationFromZones(generation, zones), ...baseline]
  let accept = acceptGenerations(generations)
  const witness = startWitness({
    targets,
    questions,
    queriesPerSecond: settings.config.witness.queriesPerSecond,
    accept: (question, reply) => accept(question, reply),
    clock,
  })
  return {
    stop: witness.stop,
    snapshot: witness.snapshot,
    forRun: {
      incidents: (lb, step) => incidentsOf(witness, lb, step),
      markStep: witness.markStep,
      expect: (made, artefact) => {
        generations = [generationFromZones(made, artefact), ...generations]
        accept = acceptGenerations(generations)
      },
      join: (joining) => witness.join(joining.filter(({ address }) => !isAsked(witness, address))),
      leave: (leaving) => witness.leave(leaving.map(({ address }) => address)),
    },
  }
}

const isAsked = (witness: Witness, address: string): boolean =>
  witness.snapshot().targets.some((target) => target.address === address)

const isOldNameserver = ({ role, phase }: FleetServer): boolean => role === 'nameserver' && phase === 'old'

/** Waits for what is in flight first: a query is lost only after its time-out. */
const incidentsOf = async (witness: Witness, lb: string, step: string): Promise<readonly string[]> => {
  const { targets } = await witness.settle()
  return targets
    .filter(({ name }) => name === lb)
    .flatMap(({ address, losses, wrongs }) => [...losses, ...wrongs].map((incident) => ({ address, ...incident })))
    .filter((incident) => incident.step === step)
    .map(
      ({ at, question, transport, address, detail }) =>
        `${new Date(at).toISOString()} ${question} at ${address} (${transport}): ${detail}`,
    )
}
