import { readFile, rm } from 'node:fs/promises'
import { InfraError } from '../../lib/errors.ts'
import type { TwinLayout } from '../layout.ts'

/**
 * Disks of machines of other twins that lie over an image in our cache directory.
 * @param mounts text of /proc/self/mountinfo (proc_pid_mountinfo(5))
 */
export const foreignDisks = ({ stateDir, cacheDir }: TwinLayout, mounts: string): readonly string[] =>
  mounts
    .split('\n')
    .filter((line) => line.includes(`lowerdir=${cacheDir}/`))
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mount) => !mount.startsWith(`${stateDir}/`))

/** @throws InfraError if machines of another twin run on an image in the cache */
export const verifyCachesUnused = async (layout: TwinLayout): Promise<void> => {
  const disks = foreignDisks(layout, await readFile('/proc/self/mountinfo', 'utf8'))
  if (disks.length === 0) return
  throw new InfraError(`Machines of another twin use ${layout.cacheDir}: ${disks.join(', ')}`, {
    hint: 'Remove that twin first (local-down --state …), or leave out --cache.',
  })
}

export const removeCaches = ({ cacheDir }: TwinLayout): Promise<void> => rm(cacheDir, { recursive: true, force: true })
