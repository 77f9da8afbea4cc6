import type { Observed, ObservedLb } from './types.ts'

/** The lbs that clients may ask: those that glue points at, and those that it pointed at until lately. */
export const lbsInService = ({ lbs }: Observed): readonly ObservedLb[] => lbs.filter(({ phase }) => phase !== 'next')

/** The lb that glue points at. */
export const findServingLb = ({ lbs }: Observed, pair: number): ObservedLb | undefined =>
  lbs.find((lb) => lb.pair === pair && lb.phase === 'serving')
