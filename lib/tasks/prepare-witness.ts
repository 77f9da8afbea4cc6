import { generationFromZones, joinKnown, type KnownGeneration, learnBaseline, witnessQuestions } from '../dns/accept.ts'
import { isInSigned, proofOf } from '../dns/dnssec/zones-proof.ts'
import type { Target } from '../dns/query.ts'
import type { Question } from '../dns/wire/question.ts'
import type { HandoverQuestions } from '../dns/witness/handover.ts'
import { findOneSided, sampleQuestions } from '../dns/witness/one-sided.ts'
import { ifRefused, sentenceOf } from '../errors.ts'
import type { FleetServer } from '../fleet/server.ts'
import { nameserversIn, nameserversOf } from '../plan/nameservers.ts'
import { makesNameservers, switchedTo } from '../plan/phases.ts'
import type { Plan } from '../plan/types.ts'
import type { Zone } from '../zones/zone.ts'
import { findArtefact, getArtefact } from './artefact.ts'
import { readServingZones } from './generations.ts'
import { listServers, targetsOf } from './servers.ts'
import type { RunWorld } from './world.ts'

/** The world of a run before it has its witness. */
export type Unwitnessed = Omit<RunWorld, 'witness'>

interface Prepared {
  readonly questions: readonly Question[]
  /** By which answers are judged. */
  readonly known: readonly KnownGeneration[]
  /** Where lbs are led to another generation. */
  readonly handover: HandoverQuestions | undefined
  /** Whether a generation that answers has a zone signed that this name is in. */
  readonly isSigned: (name: string) => boolean
}

export interface Unasked {
  /** Why nothing is asked: the end of a sentence. */
  readonly unasked: string
}

interface Expectation {
  readonly questions: readonly Question[]
  /** What is new, and cannot be learnt before. */
  readonly coming: readonly KnownGeneration[]
  /** Nameservers that are there already, and that lbs are led to. */
  readonly warm: readonly FleetServer[]
  /** The generation that lbs are led to, as far as it is known; undefined when they are led nowhere, or not all to one. */
  readonly goal: Pick<ReadArtefact, 'generation' | 'zones'> | undefined
  /** Zones of generations that answer, as far as they are known. */
  readonly artefacts: readonly ReadArtefact[]
  /** Whose answers could not be read and why, the end of a sentence each. */
  readonly unknown: readonly string[]
}

/** Of a plan that makes nameservers, or goes on with such, the zones of these; of any other, those of all that serve or are warm. */
const expect = async (world: Unwitnessed, plan: Plan): Promise<Expectation> => {
  const { generation } = plan
  const servers = await listServers(world)
  const names = switchedTo(plan)
  const warm = servers.filter((server) => names.includes(server.name) && server.generation !== generation)
  if (makesNameservers(plan) || nameserversOf({ servers }, generation).length > 0) {
    const zones = await getArtefact(world, generation)
    return {
      questions: witnessQuestions(zones),
      coming: [generationFromZones(generation, zones)],
      warm,
      goal: names.length > 0 ? { generation, zones } : undefined,
      artefacts: [{ generation, zones }],
      unknown: [],
    }
  }
  const serving = nameserversIn({ servers }, 'serving')
  const artefacts = await Promise.all(
    generationsOf([...serving, ...warm]).map((one) => readArtefact(world, one, servers)),
  )
  const [led, ...others] = generationsOf(warm)
  const goal = artefacts.find((one) => one.generation === led && others.length === 0)
  // what only others have is asked for besides, see learn
  const asked = goal?.zones ? [goal] : artefacts
  const questions = distinct(asked.flatMap(({ zones = [] }) => witnessQuestions(zones)))
  const soa = questions.length > 0 ? { questions, unknown: [] } : await soaQuestions(world, servers)
  return {
    ...soa,
    coming: [],
    warm,
    goal,
    artefacts,
    unknown: [...artefacts.flatMap(({ fault }) => fault ?? []), ...soa.unknown],
  }
}

const generationsOf = (servers: readonly { readonly generation: number }[]): readonly number[] => [
  ...new Set(servers.map(({ generation }) => generation)),
]

interface ReadArtefact {
  readonly generation: number
  readonly zones?: readonly Zone[]
  /** Why it could not be read, the end of a sentence. */
  readonly fault?: string
}

const readArtefact = async (
  world: Unwitnessed,
  generation: number,
  servers: readonly FleetServer[],
): Promise<ReadArtefact> => {
  const found = await findArtefact(world, generation, servers).catch(
    ifRefused((error) => ({ fault: sentenceOf(error) })),
  )
  if ('zones' in found) return { generation, zones: found.zones }
  return { generation, fault: `the zones of generation ${generation} could not be read (${found.fault})` }
}

const distinct = (questions: readonly Question[]): readonly Question[] => [
  ...new Map(questions.map((question) => [keyOf(question), question])).values(),
]

const keyOf = ({ name, type }: Question): string => `${name} ${type}`

/** Nobody can say what a generation must answer: its zones can be asked for all the same, and answers compared with those of before. */
const soaQuestions = async (
  world: Unwitnessed,
  servers: readonly FleetServer[],
): Promise<Pick<Expectation, 'questions' | 'unknown'>> => {
  const names = await readServingZones(world, servers)
  return {
    questions: (names ?? []).map((name) => ({ name, type: 'SOA', transport: 'udp' })),
    unknown: names ? [] : ['which zones are served is not known'],
  }
}

/** Of questions that only one side of a handover answers no more are watched, so that each is asked again within seconds. */
const mostWatched = 100

/** What it is that a plan's witness asks, and what it judges by; everything is asked once for that. */
export const prepareWitness = async (
  world: Unwitnessed,
  plan: Plan,
  targets: readonly Target[],
): Promise<Prepared | Unasked> => {
  const expectation = await expect(world, plan)
  if (expectation.questions.length > 0) return learn(world, targets, expectation)
  return { unasked: expectation.unknown.join('; ') || 'there is no zone' }
}

/** Asks everything once; and where lbs are led to another generation, also a part of what only the present one has. */
const learn = async (world: Unwitnessed, targets: readonly Target[], expectation: Expectation): Promise<Prepared> => {
  const { questions, coming, warm, goal, artefacts, unknown } = expectation
  const heard = [...targets, ...warm.flatMap((server) => targetsOf(server, 53))]
  const ask = (some: readonly Question[]) => learnBaseline(heard, some, { timeoutMs: 2000, signal: world.signal })
  const baseline = await ask(questions)
  const from = goal ? generationsOf(baseline).filter((one) => one !== goal.generation && Number.isInteger(one)) : []
  if (!goal || from.length === 0) {
    return {
      questions,
      known: withProofs([...coming, ...baseline], artefacts),
      handover: undefined,
      isSigned: signedIn(artefacts),
    }
  }
  const servers = await listServers(world)
  const before = await Promise.all(from.map((generation) => readArtefact(world, generation, servers)))
  const leaving = findLeaving(goal, before)
  const some = sampleQuestions(leaving, mostWatched)
  const whole = joinKnown(baseline, await ask(some))
  const isOf = (generations: readonly number[]) => whole.filter((one) => generations.includes(one.generation))
  const sides = { from: isOf(from), to: coming.length > 0 ? coming : isOf([goal.generation]) }
  const { comes, goes } = findOneSided(distinct([...questions, ...some]), sides)
  const watched = (all: readonly Question[]) => ({ questions: sampleQuestions(all, mostWatched), all: all.length })
  return {
    questions: [...questions, ...some],
    known: withProofs([...coming, ...whole], [...artefacts, ...before]),
    isSigned: signedIn([...artefacts, ...before]),
    handover: {
      to: goal.generation,
      from,
      comes: watched(comes),
      goes: { ...watched(goes), all: goes.length + leaving.length - some.length },
      unknown: [...new Set([...unknown, ...before.flatMap(({ fault }) => fault ?? [])])],
    },
  }
}

/** What was learnt from answers says nothing of keys. */
const withProofs = (
  known: readonly KnownGeneration[],
  artefacts: readonly ReadArtefact[],
): readonly KnownGeneration[] => {
  const proofs = new Map(artefacts.map(({ generation, zones = [] }) => [generation, proofOf(zones)]))
  return known.map((one) => ({ ...one, unproven: one.unproven ?? proofs.get(one.generation) }))
}

const signedIn =
  (artefacts: readonly ReadArtefact[]) =>
  (name: string): boolean =>
    artefacts.some(({ zones = [] }) => isInSigned(zones, name))

/** What generations of before have, and the one that comes is known not to have. */
const findLeaving = (
  { generation, zones }: NonNullable<Expectation['goal']>,
  before: readonly ReadArtefact[],
): readonly Question[] => {
  if (!zones) return []
  const to = [generationFromZones(generation, zones)]
  const each = before.map((one) => {
    const had = one.zones ?? []
    return findOneSided(witnessQuestions(had), { from: [generationFromZones(one.generation, had)], to }).goes
  })
  return distinct(each.flat())
}
