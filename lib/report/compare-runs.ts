import { describeMoment, duration } from '../time.ts'
import type { PastRecord, PastRun } from './past-runs.ts'
import { table } from './table.ts'

/** A line a run, the latest last. Pure. @param width columns of the terminal. */
export const describeRuns = (runs: readonly PastRun[], width: number): string =>
  table([['run', 'began', 'operation', 'took', 'asked', 'lost', 'wrong', 'p99', 'ended'], ...runs.map(rowOf)], {
    width,
    right: [3, 4, 5, 6, 7],
  })

const none = '–'

const rowOf = ({ name, record }: PastRun): readonly string[] => {
  if ('fault' in record) return [name, none, none, none, none, none, none, none, `unknown: ${record.fault}`]
  const { operation, startedAtUnixMs, endedAtUnixMs, outcome } = record
  const { asked, lost, wrong, p99 } = countsOf(record)
  const took = duration(endedAtUnixMs - startedAtUnixMs)
  const ended = `${outcome.exitCode} (${outcome.meaning})`
  return [name, describeMoment(startedAtUnixMs), operation, took, asked, lost, wrong, p99, ended]
}

const countsOf = ({ witness }: PastRecord) => {
  if (!witness || 'unasked' in witness) return { asked: none, lost: none, wrong: none, p50: none, p99: none, max: none }
  const { asked, lost, wrong, p50Ms, p99Ms, maxMs } = witness.totals
  return { asked: `${asked}`, lost: `${lost}`, wrong: `${wrong}`, p50: inMs(p50Ms), p99: inMs(p99Ms), max: inMs(maxMs) }
}

const inMs = (ms: number): string => `${ms.toFixed(1)} ms`

interface Named {
  readonly name: string
  readonly record: PastRecord
}

/** Two runs side by side: how they ended, what was lost, and what each phase took. Pure. @param width columns of the terminal. */
export const compareRuns = ([one, other]: readonly [Named, Named], width: number): string => {
  const facts = [one, other].map(({ record }) => factsOf(record))
  const names = [...new Set(facts.flatMap((each) => [...each.keys()]))]
  return table(
    [['', one.name, other.name], ...names.map((name) => [name, ...facts.map((each) => each.get(name) ?? none)])],
    { width },
  )
}

const factsOf = (record: PastRecord): ReadonlyMap<string, string> => {
  const { operation, startedAtUnixMs, endedAtUnixMs, outcome, commit, versions, phases } = record
  const { asked, lost, wrong, p50, p99, max } = countsOf(record)
  return new Map([
    ['operation', operation],
    ['began', describeMoment(startedAtUnixMs)],
    ['ended', `${outcome.exitCode} (${outcome.meaning})`],
    ['took', duration(endedAtUnixMs - startedAtUnixMs)],
    ['commit', commit || none],
    ...Object.entries(versions),
    ...Object.entries({ asked, lost, wrong, p50, p99, max }),
    ...timesOf(phases, endedAtUnixMs),
  ])
}

/** Phases of the same title, as where traffic is taken back, are told together. */
const timesOf = (phases: PastRecord['phases'], endedAtUnixMs: number): readonly (readonly [string, string])[] => {
  const sums = new Map<string, number>()
  for (const phase of phases) {
    const ms = (phase.endedAtUnixMs ?? endedAtUnixMs) - phase.startedAtUnixMs
    sums.set(phase.title, (sums.get(phase.title) ?? 0) + ms)
  }
  return [...sums].map(([title, ms]) => [title, duration(ms)] as const)
}
