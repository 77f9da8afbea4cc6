import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { exists } from '../../host/exists.ts'
import type { TwinLayout } from '../../layout.ts'

/**
 * What a twin keeps of its machines besides Multipass itself: a directory a machine, made before it, and in it a file once the
 * machine was launched to the end. Without that file a machine is half-made, whatever state Multipass reports.
 */
export interface MultipassPlaces {
  begin(id: number): Promise<void>
  isBegun(id: number): Promise<boolean>
  isMade(id: number): Promise<boolean>
  setMade(id: number): Promise<void>
  setUnmade(id: number): Promise<void>
  /** Where what Multipass says of a launch is kept; endings are added. */
  launchLog(id: number): string
  forget(id: number): Promise<void>
  /** Ids of all that were begun. */
  list(): Promise<readonly number[]>
}

export const multipassPlaces = (layout: TwinLayout): MultipassPlaces => {
  const directory = path.join(layout.stateDir, 'multipass')
  const of = (id: number): string => path.join(directory, String(id))
  const made = (id: number): string => path.join(of(id), 'made')
  return {
    begin: async (id) => void (await mkdir(of(id), { recursive: true, mode: 0o700 })),
    isBegun: (id) => exists(of(id)),
    isMade: (id) => exists(made(id)),
    setMade: (id) => writeFile(made(id), ''),
    setUnmade: (id) => rm(made(id), { force: true }),
    launchLog: (id) => path.join(of(id), 'launch'),
    forget: async (id) => {
      await rm(of(id), { recursive: true, force: true })
      // with the last of them
      await rmdir(directory).catch(() => {})
    },
    list: async () => (await readdir(directory).catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number),
  }
}
