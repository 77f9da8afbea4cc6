import type { Observed, ObservedLb, Track } from './types.ts'

/** The lbs that clients may ask: those that glue points at, and those that it pointed at until lately. */
export const lbsInService = ({ lbs }: Observed): readonly ObservedLb[] => lbs.filter(({ phase }) => phase !== 'next')

/** The lb that glue points at. */
export const findServingLb = ({ lbs }: Observed, pair: number): ObservedLb | undefined =>
  lbs.find((lb) => lb.pair === pair && lb.phase === 'serving')

/** Has a new lb send to a nameserver: proven on its preview port before, and on port 53 after. */
export const switchOn = (lb: string, nameserver: string): Track => [
  { kind: 'stage-lb', lb, nameserver },
  { kind: 'verify-lb', lb, nameserver, port: 'preview' },
  { kind: 'switch-lb', lb, nameserver },
  { kind: 'verify-lb', lb, nameserver, port: 'public' },
]
