import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { argumentsOf } from '../../../../../local/host/process.ts'
import { readRecord, writeRecord } from '../../../../../local/host/record.ts'
import { layoutOf, type TwinLayout } from '../../../../../local/layout.ts'
import { isRunning } from '../../../../../local/machines/power.ts'
import { Complaint, missingInstance } from './complaint.ts'

export interface Card {
  readonly bridge: string
  readonly mac: string
}

/** What is known of a machine of the stand-in; kept as a file, since every command is a process of its own. */
export interface Instance {
  readonly name: string
  /** Of the container that it is. */
  readonly number: number
  readonly image: string
  readonly cards: readonly Card[]
  readonly cpus: string
  readonly phase: 'launching' | 'launched' | 'failed'
  readonly isDeleted: boolean
  /** The process that is launching or starting it. */
  readonly worker: number
}

/** A directory that is not there is a daemon that does not run. */
export const directoryOf = (command: string): string => {
  const directory = process.env.MULTIPASS_STAND_IN
  if (directory === undefined || directory === '') throw unreachable(command)
  return directory
}

export const unreachable = (command: string): Complaint =>
  new Complaint(`${command} failed: cannot connect to the multipass socket`, 2)

/** The containers are those of a twin without a network: the same code makes them. */
export const containersOf = (directory: string): TwinLayout => layoutOf(directory, 1)

const recordsOf = (directory: string): string => path.join(directory, 'instances')

const fileOf = (directory: string, name: string): string => path.join(recordsOf(directory), `${name}.json`)

export const saveInstance = async (directory: string, instance: Instance): Promise<void> => {
  await mkdir(recordsOf(directory), { recursive: true })
  await writeRecord(fileOf(directory, instance.name), instance)
}

export const forgetInstance = (directory: string, name: string): Promise<void> =>
  rm(fileOf(directory, name), { force: true })

export const findInstance = (directory: string, name: string): Promise<Instance | undefined> =>
  readRecord(fileOf(directory, name))

export const getInstance = async (directory: string, command: string, name: string): Promise<Instance> => {
  const instance = await findInstance(directory, name)
  if (instance === undefined) throw missingInstance(command, name)
  return instance
}

export const allInstances = async (directory: string): Promise<readonly Instance[]> => {
  const files = (await readdir(recordsOf(directory)).catch(() => [])).filter((name) => name.endsWith('.json')).sort()
  const found = await Promise.all(files.map((file) => findInstance(directory, file.slice(0, -'.json'.length))))
  return found.filter((instance) => instance !== undefined)
}

/** Whether a process is one of the stand-in. */
export const isAtWork = async (pid: number): Promise<boolean> =>
  pid > 0 && (await argumentsOf(pid)).some((argument) => /\/stand-in\/main\.[jt]s$/.test(argument))

/** A launch that failed leaves a machine nothing is known of, as one that was cut off does. */
export const stateOf = async (directory: string, instance: Instance): Promise<string> => {
  if (instance.isDeleted) return 'Deleted'
  if (instance.phase === 'failed') return 'Unknown'
  if (await isAtWork(instance.worker)) return 'Starting'
  if (instance.phase === 'launching') return 'Unknown'
  return (await isRunning(containersOf(directory), instance.number)) ? 'Running' : 'Stopped'
}
