import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { readRecord, writeRecord } from '../host/record.ts'
import { layoutOf, type TwinLayout } from '../layout.ts'
import { allBackends, type Backend, isSameBackend, rowOf } from '../machines/backends.ts'

/** What a twin must remember from one `local-up` to the next, kept as `twin.json` in its state directory. */
export interface TwinRecord {
  readonly slot: number
  readonly token: string
  readonly backend: Backend
  /** Of the registrar; made when the little internet is first started. */
  readonly registrarToken?: string
  /** Of the API; kept so that an environment file given away earlier stays true. */
  readonly port?: number
}

const fileOf = (stateDir: string): string => path.join(path.resolve(stateDir), 'twin.json')

export const findRecord = (stateDir: string): Promise<TwinRecord | undefined> => readRecord(fileOf(stateDir))

export const saveRecord = (stateDir: string, record: TwinRecord): Promise<void> => writeRecord(fileOf(stateDir), record)

/** Adds to what is remembered, or replaces a part of it. */
export const amendRecord = async (stateDir: string, changes: Partial<TwinRecord>): Promise<void> => {
  const { layout: _, ...record } = await getTwin(stateDir)
  await saveRecord(stateDir, { ...record, ...changes })
}

/** Every backend that may have machines of this twin, whether or not its record is still there. */
export const usedBackends = async (layout: TwinLayout): Promise<readonly Backend[]> => {
  const left: readonly string[] = await readdir(layout.stateDir).catch(() => [])
  const recorded = (await findRecord(layout.stateDir))?.backend
  const found = allBackends.filter((backend) => {
    const { folder } = rowOf(backend)
    return folder === undefined || left.includes(folder)
  })
  const isFound = recorded === undefined || found.some((one) => isSameBackend(one, recorded))
  return isFound ? found : [...found, recorded]
}

export interface Twin extends TwinRecord {
  readonly layout: TwinLayout
}

/** The twin of a state directory whose road has been raised. */
export const getTwin = async (stateDir: string): Promise<Twin> => {
  const record = await findRecord(stateDir)
  if (record === undefined) throw new Error(`${fileOf(stateDir)} is missing`)
  return { ...record, layout: layoutOf(stateDir, record.slot) }
}
