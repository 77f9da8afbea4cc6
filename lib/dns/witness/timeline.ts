import type { Target } from '../query.ts'
import type { Reply } from '../wire/reply.ts'
import { addDuration, addHistogram, createHistogram, type Histogram, latencyBoundsMs } from './histogram.ts'

/** What became of one query: one of the counts of a tally. */
export type Fate = 'answered' | 'wrong' | 'lost' | 'refused'

/** How often somebody answered in one bin, rightly or not. */
export interface Answerer {
  /** Index into `identities`. */
  readonly identity: number
  readonly udp: number
  readonly tcp: number
}

/** What became of the queries that were sent within one bin. */
export interface TimeBin extends Readonly<Record<Fate, number>> {
  /** When the bin begins, milliseconds since that of the timeline. */
  readonly afterMs: number
  /** `answered` + `wrong` + `lost` + `refused`, TCP included. */
  readonly asked: number
  /** Of what was answered, rightly or not: pairs of a bucket, which is an index into `latencyBoundsMs`, and how many fell into it. */
  readonly latencyCounts: readonly (readonly [bucket: number, count: number])[]
  readonly answeredBy: readonly Answerer[]
}

interface LaneReport {
  readonly lb: string
  readonly address: string
  /** Those in which something was asked. */
  readonly bins: readonly TimeBin[]
}

/** What a witness saw, bin by bin, of each target: every query that has ended is in it, by when it was sent. */
export interface Timeline {
  /** Milliseconds since the Unix epoch. */
  readonly startedAtUnixMs: number
  readonly binMs: number
  readonly latencyBoundsMs: readonly number[]
  /** What NSID said; empty of those who did not say who they are. */
  readonly identities: readonly string[]
  readonly lanes: readonly LaneReport[]
}

export interface Ended {
  /** When it was sent, milliseconds since the Unix epoch. */
  readonly at: number
  readonly transport: 'udp' | 'tcp'
  readonly reply: Reply
  readonly fate: Fate
}

/** The part of a timeline that is about one target. */
export interface Lane {
  note(ended: Ended): void
}

/** At the finest this is eight minutes and a half; up to an hour, a bin is a second at most. */
const firstBinMs = 125
const mostBins = 4096
/** Whoever invents an identity with every answer does not fill the memory. */
const mostIdentities = 64
const others = '(others)'

interface Bin extends Record<Fate, number> {
  latency: Histogram | undefined
  /** By twice the index of an identity: UDP, and behind it TCP. */
  readonly by: number[]
}

interface OpenLane {
  readonly target: Target
  bins: (Bin | undefined)[]
}

/**
 * Keeps account of any number of queries in bounded memory: once there are too many bins, two by two become one.
 * @param startedAt milliseconds since the Unix epoch
 */
export const createTimeline = (startedAt: number) => {
  let binMs = firstBinMs
  const lanes: OpenLane[] = []
  const identities = new Map<string, number>()
  const identify = (nsid: string): number => {
    const known = identities.get(nsid)
    if (known !== undefined) return known
    if (identities.size >= mostIdentities && nsid !== others) return identify(others)
    identities.set(nsid, identities.size)
    return identities.size - 1
  }
  const indexOf = (at: number): number => {
    const index = Math.max(0, Math.floor((at - startedAt) / binMs))
    if (index < mostBins) return index
    binMs *= 2
    for (const lane of lanes) lane.bins = inPairs(lane.bins)
    return indexOf(at)
  }
  return {
    lane: (target: Target): Lane => {
      const lane: OpenLane = { target, bins: [] }
      lanes.push(lane)
      return {
        note: ({ at, transport, reply, fate }) => {
          const index = indexOf(at)
          const bin = lane.bins[index] ?? createBin()
          lane.bins[index] = bin
          bin[fate] += 1
          if (reply.kind !== 'answered') return
          bin.latency ??= createHistogram()
          addDuration(bin.latency, reply.ms)
          const who = 2 * identify(reply.nsid ?? '') + (transport === 'tcp' ? 1 : 0)
          bin.by[who] = (bin.by[who] ?? 0) + 1
        },
      }
    },
    report: (): Timeline => ({
      startedAtUnixMs: startedAt,
      binMs,
      latencyBoundsMs,
      identities: [...identities.keys()],
      lanes: lanes.map(({ target: { name, address }, bins }) => ({
        lb: name,
        address,
        bins: bins.flatMap((bin, index) => (bin ? [reportBin(bin, index * binMs)] : [])),
      })),
    }),
  }
}

const createBin = (): Bin => ({ answered: 0, wrong: 0, lost: 0, refused: 0, latency: undefined, by: [] })

const inPairs = (bins: readonly (Bin | undefined)[]): (Bin | undefined)[] =>
  Array.from({ length: Math.ceil(bins.length / 2) }, (_, index) => joined(bins[2 * index], bins[2 * index + 1]))

const joined = (bin: Bin | undefined, later: Bin | undefined): Bin | undefined => {
  if (!bin || !later) return bin ?? later
  if (bin.latency && later.latency) addHistogram(bin.latency, later.latency)
  const by = [...bin.by]
  for (const [who, count] of later.by.entries()) by[who] = (by[who] ?? 0) + (count ?? 0)
  return {
    answered: bin.answered + later.answered,
    wrong: bin.wrong + later.wrong,
    lost: bin.lost + later.lost,
    refused: bin.refused + later.refused,
    latency: bin.latency ?? later.latency,
    by,
  }
}

const reportBin = ({ answered, wrong, lost, refused, latency, by }: Bin, afterMs: number): TimeBin => ({
  afterMs,
  asked: answered + wrong + lost + refused,
  answered,
  wrong,
  lost,
  refused,
  latencyCounts: [...(latency?.entries() ?? [])].filter(([, count]) => count > 0),
  answeredBy: answerersOf(by),
})

const answerersOf = (by: readonly (number | undefined)[]): readonly Answerer[] =>
  Array.from({ length: Math.ceil(by.length / 2) }, (_, identity) => ({
    identity,
    udp: by[2 * identity] ?? 0,
    tcp: by[2 * identity + 1] ?? 0,
  })).filter(({ udp, tcp }) => udp + tcp > 0)
