import { describeRemaining } from '../time.ts'
import type { PhaseKey, Plan } from './types.ts'

/** How long a plan may take, as far as it is known. */
export interface Estimate {
  /** Undefined where no run like it is known. */
  readonly work: WorkEstimate | undefined
  /** By the key of a phase that waits. */
  readonly waitsMs: Readonly<Partial<Record<PhaseKey, number>>>
}

/** Without questions, and without waits for the world outside. */
interface WorkEstimate {
  readonly ms: number
  /** How many runs it is known from. */
  readonly runs: number
  /** Those of the plan; one that waits takes nothing. */
  readonly phases: readonly TimedPhase[]
}

interface TimedPhase {
  readonly title: string
  readonly ms: number
}

/** A run that came to its end. */
export interface PastWork {
  readonly operation: string
  readonly phases: readonly TimedPhase[]
}

/** Older runs tell of older machines and zones. */
const mostRuns = 3

/**
 * The median of the last runs of the same operation that had the same phases; undefined where there is none: others would be a guess. Pure.
 * @param past the latest last.
 */
export const estimateWork = ({ operation, phases }: Plan, past: readonly PastWork[]): WorkEstimate | undefined => {
  const waiting = phases.flatMap(({ title, waits }) => (waits ? [title] : []))
  const workOf = (run: PastWork): PastWork => ({
    ...run,
    phases: run.phases.filter((one) => !waiting.includes(one.title)),
  })
  const wanted = signatureOf(workOf({ operation, phases: phases.map(({ title }) => ({ title, ms: 0 })) }))
  const alike = past
    .map(workOf)
    .filter((run) => signatureOf(run) === wanted)
    .slice(-mostRuns)
  if (alike.length === 0) return undefined
  const timesOf = (title: string): readonly number[] =>
    alike.map((run) => sum(run.phases.filter((phase) => phase.title === title)))
  return {
    ms: median(alike.map((run) => sum(run.phases))),
    runs: alike.length,
    phases: phases.map(({ title, waits }) => ({ title, ms: waits ? 0 : median(timesOf(title)) })),
  }
}

const signatureOf = ({ operation, phases }: PastWork): string =>
  [operation, ...phases.map(({ title }) => title)].join('\n')

const sum = (phases: readonly TimedPhase[]): number => phases.reduce((total, { ms }) => total + ms, 0)

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const [low = 0, high = low] = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1)
  return (low + high) / 2
}

interface BegunPhase {
  readonly title: string
  readonly startedAtUnixMs: number
}

/**
 * How much of the work is left, in milliseconds; undefined where that is not known, as once something else is done than was planned. Pure.
 * @param begun the phases that have begun, the one that runs last
 */
export const workLeft = ({ phases }: WorkEstimate, begun: readonly BegunPhase[], now: number): number | undefined => {
  const present = begun.at(-1)
  if (!present || begun.some(({ title }, index) => phases[index]?.title !== title)) return undefined
  const [running, ...later] = phases.slice(begun.length - 1)
  return Math.max(0, (running?.ms ?? 0) - (now - present.startedAtUnixMs)) + sum(later)
}

/** `about 35 s`: no more exact than such a time can be. */
export const describeAbout = (ms: number): string => {
  const step = ms < 60_000 ? 1000 : ms < 600_000 ? 10_000 : 60_000
  return `about ${describeRemaining(Math.ceil(ms / step) * step)}`
}

/** A sentence for whoever is asked to agree; none where nothing is known. */
export const describeWork = ({ phases }: Plan, work: WorkEstimate | undefined): readonly string[] => {
  if (!work) return []
  const besides = phases.some(({ waits }) => waits) ? ' besides the waits' : ''
  const runs = work.runs === 1 ? 'the last run' : `the last ${work.runs} runs`
  return [`Takes ${describeAbout(work.ms)}${besides}, as ${runs} like this took.`]
}
