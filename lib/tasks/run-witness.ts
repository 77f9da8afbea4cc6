import { acceptGenerations, generationFromZones, learnBaseline, witnessQuestions } from '../dns/accept.ts'
import { startWitness, type Witness, type WitnessReport } from '../dns/witness.ts'
import { compileArtefact } from './artefact.ts'
import { listLbs, targetsOf } from './servers.ts'
import type { RunWorld } from './world.ts'

type Unwitnessed = Omit<RunWorld, 'witnessed' | 'markStep'>

/**
 * Runs `work` while a witness asks every question of the zones through every address of every lb. What the generation that
 * serves now answers is learnt before; what the new one must answer is its artefact.
 * @returns what the witness counted; undefined when it is not wanted, or when there is no lb to ask yet.
 */
export const withWitness = async (
  world: Unwitnessed,
  { enabled }: { readonly enabled: boolean },
  work: (world: RunWorld) => Promise<void>,
): Promise<WitnessReport | undefined> => {
  const witness = enabled ? await start(world) : undefined
  if (!witness) {
    await work({ ...world, witnessed: async () => [], markStep: () => undefined })
    return undefined
  }
  try {
    await work({ ...world, markStep: witness.markStep, witnessed: (lb, step) => incidentsOf(witness, lb, step) })
  } finally {
    const report = await witness.stop()
    world.events.emit({ event: 'witness', report })
  }
  return witness.snapshot()
}

const start = async (world: Unwitnessed): Promise<Witness | undefined> => {
  const { settings, clock, signal, generation } = world
  const targets = (await listLbs(world)).flatMap((lb) => targetsOf(lb, 53))
  if (targets.length === 0) return undefined
  const zones = await compileArtefact(world, generation)
  const questions = witnessQuestions(zones)
  const baseline = await learnBaseline(targets, questions, { timeoutMs: 2000, signal })
  return startWitness({
    targets,
    questions,
    queriesPerSecond: settings.config.witness.queriesPerSecond,
    accept: acceptGenerations([generationFromZones(generation, zones), ...baseline]),
    clock,
  })
}

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
