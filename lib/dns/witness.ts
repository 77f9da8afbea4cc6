import type { Target } from './query.ts'
import { createHandover, type Handover } from './witness/handover.ts'
import { createLatency } from './witness/latency.ts'
import { keepConnection, type Run, sendByTcp, sendSteadily, type WitnessOptions } from './witness/load.ts'
import { createRecent, type Recent } from './witness/recent.ts'
import { type Counts, createTally, type Tally, type TargetReport, type Timing, timingOf } from './witness/tally.ts'
import { createTimeline, type Timeline } from './witness/timeline.ts'

export interface WitnessReport {
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number
  readonly at: number
  readonly targets: readonly TargetReport[]
  readonly totals: Counts & Timing
  readonly steps: readonly { readonly name: string; readonly at: number }[]
  /** Who answered when, where the operation leads to another generation. */
  readonly handover?: Handover
  /** How long our own process was too busy to send: these queries were not sent, rather than sent late in a burst. */
  readonly stalledMs: number
}

/** Asks like many resolvers would, steadily and all the while, and keeps account. */
export interface Witness {
  snapshot(): WitnessReport
  /** What was seen when: of every query that has ended. */
  timeline(): Timeline
  /** The last minute. */
  recent(): Recent
  /** From now on, queries belong to this step. */
  markStep(name: string): void
  /** Asks these targets too, from now on. */
  join(targets: readonly Target[]): void
  /** Asks at these addresses no more; resolves when nothing is in flight there. What was counted stays in the report. */
  leave(addresses: readonly string[]): Promise<void>
  /** Ends the connections that are kept to these addresses: whoever has them is about to end. New ones are opened. */
  letGo(addresses: readonly string[]): void
  /** Waits until every query sent so far has been answered or given up, then reports. */
  settle(): Promise<WitnessReport>
  /** Sends no more, waits for what is in flight, and reports. */
  stop(): Promise<WitnessReport>
}

/**
 * Starts to send at once. Each UDP query leaves from a fresh connected socket, as a resolver's would, at its time by the
 * clock and not when the one before is answered; RD=0, EDNS 1232, NSID. Each target also gets one TCP query a second on a
 * new connection, and one on a connection that is kept. A lost query is sent once more, counted apart.
 */
export const startWitness = (options: WitnessOptions): Witness => {
  const { targets, clock } = options
  const startedAt = clock.now()
  const steps = [{ name: 'start', at: startedAt }]
  let stopped = false
  let stalledMs = 0
  const run: Run = {
    options: { timeoutMs: 2000, ...options },
    isStopped: () => stopped,
    step: () => steps.at(-1)?.name ?? '',
    open: new Set(),
    stalled: (ms) => {
      stalledMs += ms / targets.length
    },
  }
  const handover = options.handover && createHandover(options.handover, clock.now)
  const timeline = createTimeline(startedAt)
  const recent = createRecent()
  const senders: Sender[] = []
  const join = (joining: readonly Target[], since = clock.now()): void => {
    for (const target of joining) {
      const tally = createTally({ ...target, since }, clock.now, {
        account: handover?.of(target.name),
        lanes: [timeline.lane(target), recent],
      })
      senders.push(startSender(run, target, tally))
    }
  }
  // by the very moment of the start: who is asked from then on is told from who joins
  join(targets, startedAt)

  const snapshot = (): WitnessReport => ({
    startedAt,
    at: clock.now(),
    targets: senders.map(({ tally }) => tally.report()),
    totals: totalsOf(senders.map(({ tally }) => tally)),
    steps: [...steps],
    ...(handover ? { handover: handover.report(steps) } : {}),
    stalledMs: Math.round(stalledMs),
  })
  const settle = async (): Promise<WitnessReport> => {
    await Promise.all(run.open)
    return snapshot()
  }
  return {
    snapshot,
    timeline: timeline.report,
    recent: () => recent.report(clock.now()),
    markStep: (name) => {
      steps.push({ name, at: clock.now() })
    },
    join: (joining) => join(joining),
    leave: async (addresses) => {
      const leaving = senders.filter(({ target }) => addresses.includes(target.address))
      for (const sender of leaving) sender.stop()
      await Promise.all(leaving.map(({ ended }) => ended))
      await Promise.all(run.open)
    },
    letGo: (addresses) => {
      for (const { target, letGo } of senders) if (addresses.includes(target.address)) letGo()
    },
    settle,
    stop: async () => {
      stopped = true
      await Promise.all(senders.map(({ ended }) => ended))
      // A query that is lost only now is still asked once more.
      while (run.open.size > 0) await Promise.all(run.open)
      return snapshot()
    },
  }
}

interface Sender {
  readonly target: Target
  readonly tally: Tally
  readonly ended: Promise<unknown>
  readonly letGo: () => void
  readonly stop: () => void
}

const startSender = (run: Run, target: Target, tally: Tally): Sender => {
  let left = false
  const own: Run = { ...run, isStopped: () => left || run.isStopped() }
  const kept = keepConnection(target, tally)
  return {
    target,
    tally,
    ended: Promise.all([sendSteadily(own, target, tally), sendByTcp(own, { target, tally, kept })]),
    letGo: kept.letGo,
    stop: () => {
      left = true
    },
  }
}

const totalsOf = (tallies: readonly Tally[]): Counts & Timing => {
  const latency = createLatency()
  for (const tally of tallies) latency.addAll(tally.latency)
  const reports = tallies.map((tally) => tally.report())
  const sum = (field: keyof Counts): number => reports.reduce((total, report) => total + report[field], 0)
  return {
    sent: sum('sent'),
    answered: sum('answered'),
    wrong: sum('wrong'),
    lost: sum('lost'),
    refused: sum('refused'),
    inFlight: sum('inFlight'),
    retriedLost: sum('retriedLost'),
    ...timingOf(latency),
  }
}

// Below that it is the everyday jitter of a process, not worth a word.
const worthTellingMs = 100
const grouped = new Intl.NumberFormat('en-US')

/** `48,213 asked, 0 lost, 0 wrong, p99 3.1 ms`. */
export const describeWitness = ({ totals, stalledMs }: WitnessReport): string =>
  [
    `${grouped.format(totals.sent)} asked`,
    `${grouped.format(totals.lost)} lost${totals.lost > 0 ? ` (${grouped.format(totals.retriedLost)} after one retry)` : ''}`,
    ...(totals.refused > 0 ? [`${grouped.format(totals.refused)} refused`] : []),
    `${grouped.format(totals.wrong)} wrong`,
    `p99 ${totals.p99Ms.toFixed(1)} ms`,
    ...(stalledMs >= worthTellingMs ? [`did not send for ${stalledMs} ms`] : []),
  ].join(', ')
