import path from 'node:path'
import { readRecord, writeRecord } from '../machines/record.ts'
import { layoutOf, type TwinLayout } from './layout.ts'

/** What a twin must remember from one `local-up` to the next, kept as `twin.json` in its state directory. */
export interface TwinRecord {
  readonly slot: number
  readonly token: string
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

export interface Twin extends TwinRecord {
  readonly layout: TwinLayout
}

/** The twin of a state directory whose road has been raised. */
export const getTwin = async (stateDir: string): Promise<Twin> => {
  const record = await findRecord(stateDir)
  if (record === undefined) throw new Error(`${fileOf(stateDir)} is missing`)
  return { ...record, layout: layoutOf(stateDir, record.slot) }
}
