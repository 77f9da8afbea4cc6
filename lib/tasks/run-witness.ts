import { acceptGenerations, generationFromZones } from '../dns/accept.ts'
import { startWitness, type Witness, type WitnessReport } from '../dns/witness.ts'
import type { Plan } from '../plan/types.ts'
import { pulseOf } from '../report/pulse.ts'
import type { Watched } from '../report/run-record.ts'
import { clientTargetsOf } from './addresses.ts'
import { prepareWitness, type Unasked, type Unwitnessed } from './prepare-witness.ts'
import { lbsThatMayBeAsked, listServers } from './servers.ts'
import type { RunWitness, RunWorld } from './world.ts'

/** For operations that touch no traffic. */
export const noWitness: RunWitness = {
  incidents: async () => [],
  markStep: () => undefined,
  pulse: () => undefined,
  expect: () => undefined,
  join: () => undefined,
  letGo: () => undefined,
  leave: async () => undefined,
}

/** Whether somebody asks through the lbs all the while. */
export type WitnessKind = 'none' | 'serving'

/** What a witness has to say, or why it asked nothing. */
export type Witnessed = { readonly report: WitnessReport } | Unasked

interface WitnessTask {
  readonly kind: WitnessKind
  readonly plan: Plan
  /** Told when it is over, however `work` ended. */
  readonly tell: (seen: Watched | Unasked) => void
}

/**
 * Runs `work` while a witness asks every question of the zones through every address of every lb. What a generation answers that
 * serves now, or that the plan goes back to, is learnt before; what the new one must answer is its artefact.
 * @returns undefined when no witness is wanted.
 */
export const withWitness = async (
  world: Unwitnessed,
  { kind, plan, tell }: WitnessTask,
  work: (world: RunWorld) => Promise<void>,
): Promise<Witnessed | undefined> => {
  if (kind === 'none') {
    await work({ ...world, witness: noWitness })
    return undefined
  }
  const witness = await start(world, plan)
  if ('unasked' in witness) {
    world.events.emit({ event: 'witness', ...witness })
    tell(witness)
    await work({ ...world, witness: noWitness })
    return witness
  }
  try {
    await work({ ...world, witness: witness.forRun })
  } finally {
    const report = await witness.stop()
    world.events.emit({ event: 'witness', report })
    tell({ report, timeline: witness.timeline() })
  }
  return { report: witness.snapshot() }
}

interface StartedWitness extends Pick<Witness, 'stop' | 'snapshot' | 'timeline'> {
  readonly forRun: RunWitness
}

const start = async (world: Unwitnessed, plan: Plan): Promise<StartedWitness | Unasked> => {
  const { settings, clock } = world
  const targets = await clientTargetsOf(world, lbsThatMayBeAsked(await listServers(world)))
  if (targets.length === 0) return { unasked: 'there was no lb yet that could be asked' }
  const prepared = await prepareWitness(world, plan, targets)
  if ('unasked' in prepared) return prepared
  const { questions, handover, isSigned } = prepared
  let generations = prepared.known
  let accept = acceptGenerations(generations)
  const witness = startWitness({
    targets,
    questions,
    handover,
    isSigned,
    queriesPerSecond: settings.config.witness.queriesPerSecond,
    accept: (question, reply) => accept(question, reply),
    clock,
  })
  return {
    stop: witness.stop,
    snapshot: witness.snapshot,
    timeline: witness.timeline,
    forRun: {
      incidents: (lb, step) => incidentsOf(witness, lb, step),
      markStep: witness.markStep,
      pulse: () => pulseOf(witness.snapshot(), witness.recent()),
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
