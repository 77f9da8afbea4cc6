import type { Observed, ObservedLb, ObservedServer, Track } from './types.ts'

/**
 * The lbs that clients may ask: those that glue points at, those that it pointed at until lately, and new ones whose rotation is
 * being taken back.
 */
export const lbsInService = (observed: Observed): readonly ObservedLb[] => {
  const leaving = newLbsIn(observed).filter(({ abandoned }) => abandoned !== undefined)
  return observed.lbs.filter(({ name, phase }) => phase !== 'next' || leaving.some((one) => one.name === name))
}

/** The zones of a nameserver give the address of an lb that was there when it was made, and that leaves again. */
export const namesLeavingLb = (observed: Observed, { generation }: ObservedServer): boolean =>
  observed.servers.some(
    (lb) => lb.role === 'lb' && lb.abandoned !== undefined && lb.generation <= generation && generation < lb.abandoned,
  )

/** Lbs that clients ask, or that caches may know: the nameserver behind one has to be there. */
export const lbsThatMayBeAsked = (observed: Observed): readonly ObservedLb[] => {
  const announced = newLbsIn(observed).filter((one) => one.announced)
  const served = lbsInService(observed)
  return observed.lbs.filter((lb) => served.includes(lb) || announced.some(({ name }) => name === lb.name))
}

/**
 * New lbs that the world is being led to: of the deployment that their rotation began with nothing is left, so that glue is next.
 * Zones name them, and whatever is deployed meanwhile is for them too.
 */
export const ledLbsIn = (observed: Observed): readonly ObservedLb[] => {
  const made = newLbsIn(observed).filter(({ abandoned }) => abandoned === undefined)
  const since = Math.max(...made.map(({ generation }) => generation))
  const isNamed = observed.servers.every((one) => one.role === 'lb' || one.kept || one.generation >= since)
  const led = observed.lbs.filter(({ name }) => made.some((one) => one.name === name && one.announced))
  return isNamed && led.length === made.length ? led : []
}

/** What a rotation makes, until names change. */
export const newLbsIn = ({ servers }: Observed): readonly ObservedServer[] =>
  servers.filter(({ role, phase }) => role === 'lb' && phase === 'next')

/** Nameservers of this generation and later do not name the new lbs any more; undefined unless their rotation is being taken back. */
export const abandonedSince = (observed: Observed): number | undefined => {
  const since = newLbsIn(observed).flatMap(({ abandoned }) => abandoned ?? [])
  return since.length > 0 ? Math.max(...since) : undefined
}

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

/** One nameserver of each generation that the lbs in service send to. */
export const serversBehindLbs = (observed: Observed): readonly ObservedServer[] => {
  const asked = lbsInService(observed).flatMap(
    ({ target }) => observed.servers.find(({ name }) => name === target) ?? [],
  )
  return [...new Map(asked.map((server) => [server.generation, server])).values()]
}
