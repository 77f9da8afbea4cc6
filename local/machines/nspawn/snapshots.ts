import { mkdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { InfraError } from '../../../lib/errors.ts'
import { readRecord, writeRecord } from '../../host/record.ts'
import type { TwinLayout } from '../../layout.ts'
import { bytesOf, copyDisk } from '../disk.ts'
import { placesOf, snapshotsDirectory } from '../machine.ts'
import { getMachine } from '../store.ts'

/** The image below, and the differences to copy onto it. */
export interface DiskSource {
  readonly base: string
  readonly copyFrom?: string
}

const directoryOf = (layout: TwinLayout, image: string): string => {
  if (!/^[\w-][\w.-]*$/.test(image)) throw new InfraError(`"${image}" cannot be the name of an image`)
  return path.join(snapshotsDirectory(layout), image)
}

const diskOf = (directory: string): string => path.join(directory, 'disk')
const baseOf = (directory: string): string => path.join(directory, 'base.json')

/** Copies what the machine's disk has beyond its image. */
export const takeSnapshot = async (layout: TwinLayout, id: number, image: string): Promise<{ bytes: number }> => {
  const directory = directoryOf(layout, image)
  const { base } = await getMachine(layout, id)
  const unfinished = `${directory}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  await copyDisk(placesOf(layout, id).upper, diskOf(unfinished))
  await writeRecord(baseOf(unfinished), { base })
  await rm(directory, { recursive: true, force: true })
  await rename(unfinished, directory)
  return { bytes: (await bytesOf(base)) + (await bytesOf(diskOf(directory))) }
}

export const dropSnapshot = (layout: TwinLayout, image: string): Promise<void> =>
  rm(directoryOf(layout, image), { recursive: true, force: true })

/** @throws InfraError if there is no snapshot of that name */
export const getSnapshot = async (layout: TwinLayout, image: string): Promise<DiskSource> => {
  const directory = directoryOf(layout, image)
  const record = await readRecord<{ readonly base: string }>(baseOf(directory))
  if (record === undefined) throw new InfraError(`There is no image "${image}" in ${snapshotsDirectory(layout)}`)
  return { base: record.base, copyFrom: diskOf(directory) }
}
