import path from 'node:path'
import { removalWait } from '../dns/delegation/ttl.ts'
import { ifRefused } from '../errors.ts'
import { type Estimate, estimateWork, type PastWork } from '../plan/estimate.ts'
import { stepsOf } from '../plan/phases.ts'
import type { Plan } from '../plan/types.ts'
import { listRuns, type PastRun } from '../report/past-runs.ts'
import { readTtlSources } from './delegations.ts'
import { listServers } from './servers.ts'
import type { World } from './world.ts'

/** A report with all that a witness saw is large. */
const mostRead = 20

/** How long a plan may take: by earlier runs from this checkout, and by the TTLs of what leads to the lbs. Nothing is decided by it. */
export const estimateRun = async (world: World, plan: Plan): Promise<Estimate> => {
  const past = await listRuns(path.join(world.settings.root, 'runs'), { latest: mostRead })
  const cachesMs = hasPhase(plan, 'caches') ? await cachesWait(world, plan) : undefined
  return {
    work: estimateWork(plan, past.flatMap(workOf)),
    waitsMs: {
      ...(cachesMs === undefined ? {} : { caches: cachesMs }),
      ...(hasPhase(plan, 'idle') ? { idle: world.settings.config.rotation.idleSeconds * 1000 } : {}),
    },
  }
}

const hasPhase = ({ phases }: Plan, wanted: 'caches' | 'idle'): boolean => phases.some(({ key }) => key === wanted)

const workOf = ({ record }: PastRun): readonly PastWork[] => {
  if ('fault' in record || record.outcome.exitCode !== 0) return []
  const { operation, endedAtUnixMs, phases } = record
  return [
    {
      operation,
      phases: phases.map((phase) => ({
        title: phase.title,
        ms: (phase.endedAtUnixMs ?? endedAtUnixMs) - phase.startedAtUnixMs,
      })),
    },
  ]
}

/** What is left of it where it has begun; else as long as TTLs are now. */
const cachesWait = async (world: World, plan: Plan): Promise<number | undefined> => {
  const servers = await listServers(world).catch(ifRefused(() => undefined))
  if (!servers) return undefined
  const lbs = servers.filter(({ role }) => role === 'lb')
  const drains = lbs.flatMap(({ drain }) => drain ?? [])
  const isToBegin = stepsOf(plan).some(({ kind }) => kind === 'begin-drain')
  if (!isToBegin && drains.length > 0) {
    const until = Math.max(...drains.map(({ since, waitSeconds }) => since + waitSeconds))
    return Math.max(0, until * 1000 - world.clock.now())
  }
  const sources = await readTtlSources(world).catch(ifRefused(() => undefined))
  if (!sources || sources.length === 0) return undefined
  const before = lbs.flatMap((lb) => lb.before ?? []).map(({ ttlSeconds }) => ({ what: 'measured', ttlSeconds }))
  return removalWait([...sources, ...before], world.settings.config.rotation).waitSeconds * 1000
}
