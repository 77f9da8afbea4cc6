import {
  acceptGenerations,
  generationFromZones,
  type KnownGeneration,
  learnBaseline,
  witnessQuestions,
} from '../dns/accept.ts'
import type { Question } from '../dns/wire/question.ts'
import { startWitness, type Witness, type WitnessReport } from '../dns/witness.ts'
import { ifRefused } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { makesNameservers, switchedTo } from '../plan/phases.ts'
import type { Plan } from '../plan/types.ts'
import { clientTargetsOf } from './addresses.ts'
import { getArtefact } from './artefact.ts'
import { readServingZones } from './generations.ts'
import { lbsThatMayBeAsked, listServers, targetsOf } from './servers.ts'
import type { RunWitness, RunWorld } from './world.ts'

type Unwitnessed = Omit<RunWorld, 'witness'>

/** For operations that touch no traffic. */
export const noWitness: RunWitness = {
  incidents: async () => [],
  markStep: () => undefined,
  expect: () => undefined,
  join: () => undefined,
  letGo: () => undefined,
  leave: async () => undefined,
}

/** Whether somebody asks through the lbs all the while. */
export type WitnessKind = 'none' | 'serving'

/**
 * Runs `work` while a witness asks every question of the zones through every address of every lb. What a generation answers that
 * serves now, or that the plan goes back to, is learnt before; what the new one must answer is its artefact.
 * @returns what the witness counted; undefined when it is not wanted, or when there is no lb to ask yet.
 */
export const withWitness = async (
  world: Unwitnessed,
  { kind, plan }: { readonly kind: WitnessKind; readonly plan: Plan },
  work: (world: RunWorld) => Promise<void>,
): Promise<WitnessReport | undefined> => {
  const witness = kind === 'none' ? undefined : await start(world, plan)
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

const start = async (world: Unwitnessed, plan: Plan): Promise<StartedWitness | undefined> => {
  const { settings, clock, signal } = world
  const targets = await clientTargetsOf(world, lbsThatMayBeAsked(await listServers(world)))
  if (targets.length === 0) return undefined
  const { questions, coming, warm } = await expect(world, plan)
  if (questions.length === 0) return undefined
  const known = [...targets, ...warm.flatMap((server) => targetsOf(server, 53))]
  const baseline = await learnBaseline(known, questions, { timeoutMs: 2000, signal })
  let generations = [...coming, ...baseline]
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
      letGo: (retiring) => witness.letGo(retiring.map(({ address }) => address)),
      leave: (leaving) => witness.leave(leaving.map(({ address }) => address)),
    },
  }
}

const isAsked = (witness: Witness, address: string): boolean =>
  witness.snapshot().targets.some((target) => target.address === address)

interface Expectation {
  readonly questions: readonly Question[]
  /** What is new, and cannot be learnt before. */
  readonly coming: readonly KnownGeneration[]
  /** Nameservers that are there already, and that lbs are led to. */
  readonly warm: readonly FleetServer[]
}

/** Of a plan that makes nameservers, or goes on with such, the zones of these; of any other, those of all that serve or are warm. */
const expect = async (world: Unwitnessed, plan: Plan): Promise<Expectation> => {
  const { generation } = plan
  const servers = await listServers(world)
  const names = switchedTo(plan)
  const warm = servers.filter((server) => names.includes(server.name) && server.generation !== generation)
  if (makesNameservers(plan) || servers.some((one) => one.role === 'nameserver' && one.generation === generation)) {
    const zones = await getArtefact(world, generation)
    return { questions: witnessQuestions(zones), coming: [generationFromZones(generation, zones)], warm }
  }
  const serving = servers.filter(({ role, phase }) => role === 'nameserver' && phase === 'serving')
  const generations = [...new Set([...serving, ...warm].map((one) => one.generation))]
  const artefacts = await Promise.all(generations.map((one) => getArtefact(world, one).catch(ifRefused(() => []))))
  const questions = artefacts.flatMap(witnessQuestions)
  return {
    questions: questions.length > 0 ? distinct(questions) : await soaQuestions(world, servers),
    coming: [],
    warm,
  }
}

const distinct = (questions: readonly Question[]): readonly Question[] => [
  ...new Map(questions.map((question) => [`${question.name} ${question.type}`, question])).values(),
]

/** Nobody can say what a generation must answer: its zones can be asked for all the same, and answers compared with those of before. */
const soaQuestions = async (world: Unwitnessed, servers: readonly FleetServer[]): Promise<readonly Question[]> =>
  ((await readServingZones(world, servers)) ?? []).map((name) => ({ name, type: 'SOA', transport: 'udp' }))

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
