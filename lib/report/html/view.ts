import { generationOfNsid } from '../../dns/accept.ts'
import type { Timeline } from '../../dns/witness/timeline.ts'
import { duration } from '../../time.ts'
import type { RecordedWitness, RunRecord } from '../run-record.ts'

/** What the parts of the page draw, and the frame that they share. */
export interface View {
  readonly record: RunRecord
  /** Undefined where nothing was asked. */
  readonly witness: RecordedWitness | undefined
  /** How long the run was: every picture is as wide. */
  readonly seconds: number
  /** Seconds since the run began. */
  readonly since: (atUnixMs: number) => number
}

/** Pure. */
export const viewOf = (record: RunRecord): View => {
  const witness = record.witness && 'timeline' in record.witness ? record.witness : undefined
  const since = (atUnixMs: number): number => (atUnixMs - record.startedAtUnixMs) / 1000
  const ends = [record.endedAtUnixMs, ...(witness ? [endOf(witness.timeline)] : [])]
  return { record, witness, seconds: Math.max(0.1, ...ends.map(since)), since }
}

const endOf = ({ startedAtUnixMs, binMs, lanes }: Timeline): number =>
  startedAtUnixMs + binMs + Math.max(0, ...lanes.map(({ bins }) => bins.at(-1)?.afterMs ?? 0))

/** Since the run began: `12.34 s`, or `30 min 5 s` where hundredths are no help. Pure. */
export const offset = (seconds: number): string =>
  seconds < 120 ? `${seconds.toFixed(2)} s` : duration(seconds * 1000)

/** Colours that the style has for generations; more of them are grey. */
const colours = 4

/** The colour of who answered: each generation has its own, the oldest the first. Pure. */
export const generationColour = ({ identities }: Pick<Timeline, 'identities'>, nsid: string): string => {
  const generations = [...new Set(identities.map(generationOfNsid))]
    .filter((one) => !Number.isNaN(one))
    .sort((one, other) => one - other)
  const at = generations.indexOf(generationOfNsid(nsid))
  return at >= 0 && at < colours ? `var(--generation-${at})` : 'var(--generation-other)'
}
