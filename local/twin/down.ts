import { rm, rmdir } from 'node:fs/promises'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { InfraError } from '../../lib/errors.ts'
import { layoutOf, type TwinLayout } from '../layout.ts'
import { openBackend } from '../machines/backends.ts'
import { stopAptCache } from './apt-cache.ts'
import { removeCaches, verifyCachesUnused } from './caches.ts'
import { stopCloud } from './cloud.ts'
import { stopInternet } from './internet.ts'
import { findLeftovers, leftFiles } from './leftovers.ts'
import { findRecord, usedBackends } from './record.ts'
import { removeRoad } from './road.ts'
import type { TwinStep } from './steps.ts'

export interface DownOptions {
  readonly stateDir: string
  /** Also the images and apt caches, which other twins of this user share. */
  readonly cache?: boolean
  readonly clock?: Clock
}

/** Removes a twin, step by step, also one of which half is missing: names follow from the directory, not from records. */
export const downSteps = async ({
  stateDir,
  cache = false,
  clock = systemClock,
}: DownOptions): Promise<readonly TwinStep[]> => {
  const layout = layoutOf(stateDir, (await findRecord(stateDir))?.slot ?? 1)
  const first: TwinStep = { title: 'Check that no other twin uses the caches', run: () => verifyCachesUnused(layout) }
  const last: TwinStep = { title: 'Remove the caches', run: () => removeCaches(layout) }
  return [
    ...(cache ? [first] : []),
    // first, so that nobody can ask for a machine while they are removed
    { title: 'Stop the cloud', run: () => stopCloud(layout, clock) },
    { title: 'Remove the machines', run: (report) => removeMachines(layout, clock, report) },
    { title: 'Stop the internet', run: () => stopInternet(layout, clock) },
    { title: 'Stop the apt cache', run: () => stopAptCache(layout, clock) },
    { title: 'Remove the network', run: () => removeRoad(layout) },
    { title: 'Remove the state', run: () => removeState(layout) },
    ...(cache ? [last] : []),
    { title: 'Look for anything left', run: (report) => proveGone(layout, report) },
  ]
}

const removeMachines = async (layout: TwinLayout, clock: Clock, report: (text: string) => void): Promise<void> => {
  const removed = new Set<number>()
  for (const backend of await usedBackends(layout)) {
    const { machines } = await openBackend(layout, backend, clock)
    const ids = await machines.list()
    await Promise.all(ids.map((id) => machines.destroy(id)))
    await machines.close()
    for (const id of ids) removed.add(id)
  }
  report(`${removed.size} removed`)
}

const removeState = async (layout: TwinLayout): Promise<void> => {
  for (const file of await leftFiles(layout)) await rm(file, { recursive: true, force: true })
  // somebody else's files may be in it
  await rmdir(layout.stateDir).catch(() => {})
}

const proveGone = async (layout: TwinLayout, report: (text: string) => void): Promise<void> => {
  const left = await findLeftovers(layout)
  if (left.length > 0) {
    throw new InfraError(`Left of the local twin: ${left.join(', ')}`, {
      hint: 'Run local-down again; if it stays, remove it by hand.',
    })
  }
  report('nothing: no process, namespace, link, mount, cgroup or file')
}
