import { setMaxListeners } from 'node:events'
import { mapBounded } from '../bounded.ts'
import { type DsReading, findDsDrift, readDs } from '../dns/delegation/ds.ts'
import { delegationStateOf } from '../dns/delegation/state.ts'
import { walkToParent } from '../dns/delegation/walk.ts'
import { type Delegation, readDelegation } from '../dns/delegation.ts'
import { canonicalName } from '../dns/wire/name.ts'
import type { StatusDelegation } from '../report/status.ts'
import { readAtOnce, withoutOwn } from './delegations.ts'
import type { PublishedKeys } from './served-signing.ts'
import type { World } from './world.ts'

interface DelegationsStatus {
  readonly delegations: readonly StatusDelegation[]
  /** Sentences. */
  readonly drift: readonly string[]
}

/** Where no packet comes back, a status without delegations is better than none. */
const usualDeadlineMs = 10_000

/** How the parents delegate each zone of ours, and whether they take it for signed; what is not read in time is unknown. */
export const readDelegationsStatus = async (
  world: World,
  zones: readonly string[],
  {
    deadlineMs = usualDeadlineMs,
    keys = new Map(),
  }: { readonly deadlineMs?: number; readonly keys?: PublishedKeys | 'unknown' } = {},
): Promise<DelegationsStatus> => {
  const signal = AbortSignal.timeout(deadlineMs)
  // many questions at once listen to it
  setMaxListeners(0, signal)
  const read = await mapBounded(zones, readAtOnce, async (zone) => ({
    zone,
    parents: await findParents(world, zone, signal),
  }))
  const theirs = await withoutOwn(
    world,
    read.flatMap(({ parents }) => parents ?? []),
    zones,
  )
  return {
    delegations: read.flatMap(({ zone, parents }) => {
      if (!parents) return [lateStatus(zone, deadlineMs)]
      return theirs.includes(parents) ? [statusOf(parents)] : []
    }),
    drift: theirs.flatMap(({ ds }) => dsDrift(ds, keys)),
  }
}

/** @param all `unknown` is told elsewhere, and nothing fits what is not known. */
const dsDrift = (ds: DsReading, all: PublishedKeys | 'unknown'): readonly string[] => {
  if (all === 'unknown') return []
  const keys = all.get(ds.zone) ?? []
  return findDsDrift(ds, keys)
}

type Parents = Delegation & { readonly ds: DsReading }

const findParents = async (world: World, zone: string, signal: AbortSignal): Promise<Parents | undefined> => {
  const options = { roots: world.settings.environment.rootServers, signal }
  try {
    const walk = walkToParent(canonicalName(zone), options)
    const [delegation, ds] = await Promise.all([readDelegation(zone, options, walk), readDs(zone, options, walk)])
    return { ...delegation, ds }
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

const statusOf = ({ ds, ...delegation }: Parents): StatusDelegation => {
  const state = delegationStateOf(delegation)
  const silent = [
    ...(state.kind === 'unknown' ? state.silent : []),
    ...(ds.state.kind === 'unknown' ? ds.state.silent : []),
  ]
  const nameservers = delegation.parents.flatMap((parent) => (parent.kind === 'referral' ? parent.ns : []))
  return {
    zone: delegation.zone,
    state: state.kind,
    nameservers: [...new Set(nameservers)].sort(),
    ds: ds.state.kind,
    silent: [...new Set(silent)],
  }
}

const lateStatus = (zone: string, deadlineMs: number): StatusDelegation => ({
  zone,
  state: 'unknown',
  nameservers: [],
  ds: 'unknown',
  silent: [`its parents were not all asked within ${deadlineMs / 1000} s`],
})
