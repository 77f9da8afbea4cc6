import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { InfraError, textOf } from '../errors.ts'

const countsSchema = z.object({
  asked: z.number(),
  lost: z.number(),
  wrong: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
})

const lasting = { startedAtUnixMs: z.number(), endedAtUnixMs: z.number().optional() }

/** The part of report.json that runs are listed and compared by. */
const recordSchema = z.object({
  version: z.literal(1),
  operation: z.string(),
  startedAtUnixMs: z.number(),
  endedAtUnixMs: z.number(),
  outcome: z.object({ exitCode: z.number(), meaning: z.string() }),
  commit: z.string(),
  versions: z.record(z.string(), z.string()),
  phases: z.array(z.object({ title: z.string(), ...lasting })),
  witness: z.union([z.object({ totals: countsSchema }), z.object({ unasked: z.string() }), z.null()]),
})

export type PastRecord = z.infer<typeof recordSchema>

export interface PastRun {
  /** Its folder, and behind a dash the number of an earlier report of the same generation. */
  readonly name: string
  /** Path of the page. */
  readonly page: string
  /** Or why it cannot be read. */
  readonly record: PastRecord | { readonly fault: string }
}

/**
 * Runs that have left a report, the latest last.
 * @param folder `runs`; one that is not there has none.
 * @param latest no more generations are read.
 */
export const listRuns = async (
  folder: string,
  { latest = Number.POSITIVE_INFINITY } = {},
): Promise<readonly PastRun[]> => {
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => /^\d+$/.test(name))
  const generations = names.sort((one, other) => Number(one) - Number(other)).slice(-latest)
  const runs = await Promise.all(generations.map((one) => runsIn(folder, one)))
  return runs.flat().sort((one, other) => startOf(one) - startOf(other))
}

/** @throws InfraError (exit code 2) when there is no such run. */
export const getRun = async (folder: string, name: string): Promise<PastRun> => {
  const runs = await listRuns(folder)
  const found = runs.find((run) => run.name === name)
  if (found) return found
  const names = runs.map((run) => run.name).slice(-5)
  throw new InfraError(`There is no report of a run ${name} below ${folder}`, {
    exitCode: 2,
    hint: names.length > 0 ? `The latest are ${names.join(', ')}.` : 'No operation has run here yet.',
  })
}

/** @throws InfraError (exit code 8) when the record of the run cannot be read. */
export const getRecord = ({ name, record }: PastRun): PastRecord => {
  if (!('fault' in record)) return record
  throw new InfraError(`The report of run ${name} cannot be read: ${record.fault}`, {
    exitCode: 8,
    hint: 'Look at its page, or at events.ndjson beside it.',
  })
}

const runsIn = async (folder: string, generation: string): Promise<readonly PastRun[]> => {
  const directory = path.join(folder, generation)
  const files = await readdir(directory).catch((): string[] => [])
  const stems = files.flatMap((file) => /^(report(?:-\d+)?)\.json$/.exec(file)?.[1] ?? [])
  return Promise.all(
    stems.map(async (stem) => ({
      name: `${generation}${stem.slice('report'.length)}`,
      page: path.join(directory, `${stem}.html`),
      record: await readRecord(path.join(directory, `${stem}.json`)),
    })),
  )
}

const readRecord = async (file: string): Promise<PastRun['record']> => {
  try {
    const parsed = recordSchema.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return parsed.success ? parsed.data : { fault: 'it has another form than those of this version' }
  } catch (error) {
    return { fault: textOf(error) }
  }
}

const startOf = ({ name, record }: PastRun): number =>
  'fault' in record ? Number.parseInt(name, 10) * 1000 : record.startedAtUnixMs
