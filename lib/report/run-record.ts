import type { Handover } from '../dns/witness/handover.ts'
import { lostBefore, lostByOperation } from '../dns/witness/lost-before.ts'
import type { Timeline } from '../dns/witness/timeline.ts'
import type { WitnessReport } from '../dns/witness.ts'
import { type ExitCode, exitCodes } from '../errors.ts'
import { familyOf } from '../ip.ts'
import { describeDanger } from '../plan/dangers.ts'
import { describeStep } from '../plan/describe.ts'
import { firstRecords, type RecordChange, type RecordCounts } from '../plan/records.ts'
import type { Plan, PlannedChange } from '../plan/types.ts'
import type { JournalPhase } from './journal.ts'
import type { Answer } from './summary.ts'

/** What a witness leaves behind: its counts, and what it saw when. */
export interface Watched {
  readonly report: WitnessReport
  readonly timeline: Timeline
}

/** How a run ended. */
export interface Outcome {
  readonly exitCode: ExitCode
  /** Of what failed: the fact, and what to do. */
  readonly message?: string | undefined
  readonly hint?: string | undefined
}

export interface RecordInput {
  readonly plan: Plan
  readonly startedAtUnixMs: number
  readonly endedAtUnixMs: number
  readonly outcome: Outcome
  /** Short hash; empty outside a git checkout. */
  readonly commit: string
  readonly versions: Readonly<Record<string, string>>
  readonly journal: readonly JournalPhase[]
  /** Undefined where no witness was wanted, or the run ended before it began. */
  readonly witness: Watched | { readonly unasked: string } | undefined
  /** Who answered once all was over; empty when nobody was asked any more. */
  readonly answers: readonly Answer[]
}

/** Data of the report of one run: `report.json`, from which the page and the summary are made. Units stand in the names. */
export interface RunRecord {
  /** Of this form; another number where a field means something else, or is gone. */
  readonly version: 1
  readonly operation: string
  readonly generation: number
  readonly startedAtUnixMs: number
  readonly endedAtUnixMs: number
  readonly outcome: Outcome & { readonly meaning: string }
  readonly commit: string
  readonly versions: Readonly<Record<string, string>>
  readonly plan: RecordedPlan
  readonly zoneChanges: readonly RecordedChange[]
  /** What was done, with its times. */
  readonly phases: readonly JournalPhase[]
  readonly witness: RecordedWitness | { readonly unasked: string } | null
  readonly answers: readonly Answer[]
}

interface RecordedPlan {
  readonly notes: readonly string[]
  readonly dangers: readonly string[]
  readonly phases: readonly { readonly title: string; readonly steps: readonly string[] }[]
}

export type RecordedChange =
  | { readonly unknown: string }
  | { readonly fromGeneration: number; readonly zones: readonly RecordedZone[]; readonly recordsLeftOut: number }

interface RecordedZone {
  readonly zone: string
  readonly kind: 'comes' | 'goes' | 'changes'
  readonly counts: RecordCounts
  readonly records: readonly (Omit<RecordChange, 'ttl'> & { readonly ttlSeconds: number })[]
}

export interface RecordedWitness {
  readonly startedAtUnixMs: number
  readonly endedAtUnixMs: number
  /** How long nothing was asked, since this computer was too busy. */
  readonly stalledMs: number
  readonly totals: RecordedCounts
  readonly targets: readonly RecordedTarget[]
  /** The moments from which on traffic was moved. */
  readonly marks: readonly { readonly name: string; readonly atUnixMs: number }[]
  /** In the order of time; of each target and mark the first thousand that were lost, and as many that were wrong. */
  readonly incidents: readonly RecordedIncident[]
  readonly handover?: RecordedHandover
  readonly timeline: Timeline
}

interface RecordedCounts {
  readonly asked: number
  readonly answered: number
  readonly wrong: number
  /** Lost or refused, without what nobody answered before the operation moved anything. */
  readonly lost: number
  readonly lostBefore: number
  readonly lostTwice: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

interface RecordedTarget extends RecordedCounts {
  readonly lb: string
  readonly address: string
  readonly family: 4 | 6
  readonly sinceUnixMs: number
  readonly identities: readonly {
    /** Empty where nobody said who they are. */
    readonly nsid: string
    readonly firstUnixMs: number
    readonly lastUnixMs: number
    readonly count: number
  }[]
}

interface RecordedIncident {
  readonly atUnixMs: number
  readonly lb: string
  readonly address: string
  readonly kind: 'lost' | 'wrong'
  readonly question: string
  readonly transport: 'udp' | 'tcp'
  readonly detail: string
  /** The last that was moved before. */
  readonly mark: string
  /** What was being done; empty between phases. */
  readonly phase: string
  readonly steps: readonly string[]
}

interface RecordedHandover {
  readonly toGeneration: number
  readonly fromGenerations: readonly number[]
  readonly comes: readonly string[]
  readonly goes: readonly string[]
  readonly unknown: readonly string[]
  readonly lbs: readonly {
    readonly lb: string
    readonly switchedAtUnixMs?: number
    /** When the new generation was first heard with what comes. */
    readonly comesFromUnixMs?: number
    /** When the old one was last heard with what goes. */
    readonly goesUntilUnixMs?: number
    readonly oldAgainCount: number
  }[]
}

/** Of the difference of zones no more is kept: a whole zone may come. */
const mostRecords = 2000

/** Pure. */
export const recordRun = ({ plan, outcome, journal, witness, ...facts }: RecordInput): RunRecord => ({
  version: 1,
  operation: plan.operation,
  generation: plan.generation,
  startedAtUnixMs: facts.startedAtUnixMs,
  endedAtUnixMs: facts.endedAtUnixMs,
  outcome: { ...outcome, meaning: exitCodes[outcome.exitCode] },
  commit: facts.commit,
  versions: facts.versions,
  plan: {
    notes: plan.notes,
    dangers: (plan.dangers ?? []).map(describeDanger),
    phases: plan.phases.map(({ title, tracks }) => ({ title, steps: tracks.flat().map(describeStep) })),
  },
  zoneChanges: (plan.change ?? []).map(recordChange),
  phases: journal,
  witness: !witness ? null : 'unasked' in witness ? witness : recordWitness(witness, journal),
  answers: facts.answers,
})

const recordChange = (change: PlannedChange): RecordedChange => {
  if ('unknown' in change) return change
  const { zones, left } = firstRecords(change.zones, { most: mostRecords, all: false })
  return {
    fromGeneration: change.from,
    zones: zones.map(({ zone, records }) => ({
      zone: zone.zone,
      kind: zone.kind,
      counts: zone.records,
      records: records.map(({ ttl, ...record }) => ({ ...record, ttlSeconds: ttl })),
    })),
    recordsLeftOut: left,
  }
}

const recordWitness = ({ report, timeline }: Watched, journal: readonly JournalPhase[]): RecordedWitness => ({
  startedAtUnixMs: report.startedAt,
  endedAtUnixMs: report.at,
  stalledMs: report.stalledMs,
  totals: recordTotals(report),
  targets: report.targets.map((target) => recordTarget(report, target)),
  marks: report.steps.map(({ name, at }) => ({ name, atUnixMs: at })),
  incidents: recordIncidents(report, journal),
  ...(report.handover ? { handover: recordHandover(report.handover) } : {}),
  timeline,
})

type Target = WitnessReport['targets'][number]

const recordTotals = (report: WitnessReport): RecordedCounts => {
  const { lost, refused } = report.totals
  const own = lostByOperation(report)
  return recordCounts(report.totals, { lost: own, before: lost + refused - own })
}

const recordTarget = (report: WitnessReport, target: Target): RecordedTarget => {
  const before = lostBefore(report, target)
  return {
    lb: target.name,
    address: target.address,
    family: familyOf(target.address),
    sinceUnixMs: target.since,
    ...recordCounts(target, { lost: target.lost + target.refused - before, before }),
    identities: target.nsids.map(({ nsid, first, last, count }) => ({
      nsid,
      firstUnixMs: first,
      lastUnixMs: last,
      count,
    })),
  }
}

const recordCounts = (
  { sent, answered, wrong, retriedLost, p50Ms, p99Ms, maxMs }: WitnessReport['totals'],
  { lost, before }: { readonly lost: number; readonly before: number },
): RecordedCounts => ({
  asked: sent,
  answered,
  wrong,
  lost,
  lostBefore: before,
  lostTwice: retriedLost,
  p50Ms,
  p99Ms,
  maxMs,
})

const recordIncidents = ({ targets }: WitnessReport, journal: readonly JournalPhase[]): readonly RecordedIncident[] => {
  const found = targets.flatMap(({ name, address, losses, wrongs }) => [
    ...losses.map((one) => ({ ...one, lb: name, address, kind: 'lost' as const })),
    ...wrongs.map((one) => ({ ...one, lb: name, address, kind: 'wrong' as const })),
  ])
  return found
    .sort((one, other) => one.at - other.at)
    .map(({ at, step, ...incident }) => ({ atUnixMs: at, ...incident, mark: step, ...doneAt(journal, at) }))
}

/** What was being done at a moment. */
const doneAt = (journal: readonly JournalPhase[], atUnixMs: number): Pick<RecordedIncident, 'phase' | 'steps'> => {
  const isThen = (one: { readonly startedAtUnixMs: number; readonly endedAtUnixMs?: number }): boolean =>
    one.startedAtUnixMs <= atUnixMs && atUnixMs <= (one.endedAtUnixMs ?? Number.POSITIVE_INFINITY)
  const phase = journal.findLast(isThen)
  return { phase: phase?.title ?? '', steps: phase?.steps.filter(isThen).map(({ step }) => step) ?? [] }
}

const recordHandover = ({ to, from, comes, goes, unknown, lbs }: Handover): RecordedHandover => ({
  toGeneration: to,
  fromGenerations: from,
  comes: comes.questions,
  goes: goes.questions,
  unknown,
  lbs: lbs.map(({ lb, switchedAt, again, ...kinds }) => ({
    lb,
    ...(switchedAt === undefined ? {} : { switchedAtUnixMs: switchedAt }),
    ...(kinds.comes.new ? { comesFromUnixMs: kinds.comes.new.first } : {}),
    ...(kinds.goes.old ? { goesUntilUnixMs: kinds.goes.old.last } : {}),
    oldAgainCount: again?.count ?? 0,
  })),
})
