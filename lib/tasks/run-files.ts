import { readdir, rename, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { InfraError, textOf } from '../errors.ts'
import { readCommit } from '../git.ts'
import type { Plan } from '../plan/types.ts'
import { changeAsMarkdown } from '../report/change-markdown.ts'
import type { Events } from '../report/events.ts'
import { runAsMarkdown } from '../report/run-markdown.ts'
import { type Outcome, type RunRecord, recordRun, type Watched } from '../report/run-record.ts'
import type { Answer } from '../report/summary.ts'
import type { Unasked } from './prepare-witness.ts'
import type { RunWorld, World } from './world.ts'

interface Run {
  readonly plan: Plan
  readonly events: Events
}

/** Collects what is told of a run, for the files of its report. */
interface OpenRecord {
  readonly witnessed: (seen: Watched | Unasked) => void
  readonly answered: (answers: readonly Answer[]) => void
  /**
   * Writes the files below `runs/<generation>`, and says on stderr where they are. What goes wrong with that is said and never thrown:
   * it changes nothing of what the operation did.
   * @param failure what ended the run; undefined when it came to its end.
   */
  readonly write: (failure: unknown) => Promise<void>
}

export const openRecord = (world: World & Pick<RunWorld, 'signal'>, { plan, events }: Run): OpenRecord => {
  const startedAtUnixMs = world.clock.now()
  let witness: Watched | Unasked | undefined
  let answers: readonly Answer[] = []
  return {
    witnessed: (seen) => {
      witness = seen
    },
    answered: (seen) => {
      answers = seen
    },
    write: async (failure) => {
      try {
        const record = recordRun({
          plan,
          startedAtUnixMs,
          endedAtUnixMs: world.clock.now(),
          outcome: outcomeOf(failure, world.signal.reason),
          commit: await readCommit(world.settings.sources, ['ansible', 'lib', world.settings.config.zonesFolder]),
          versions: { node: process.versions.node, system: `${os.type()} ${os.release()}` },
          journal: events.journal(),
          witness,
          answers,
        })
        say(`Report: ${path.relative(process.cwd(), await writeFiles(events.directory, record, plan))}`)
      } catch (error) {
        say(`The report of this run could not be written: ${textOf(error)}`)
      }
    },
  }
}

const say = (text: string): void => void process.stderr.write(`\n${text}\n`)

/** @param stop why the run was to stop, where it was. */
const outcomeOf = (failure: unknown, stop: unknown): Outcome => {
  if (failure === undefined) return { exitCode: 0 }
  if (!(failure instanceof InfraError)) return { exitCode: isInterrupt(stop) ? 130 : 1, message: textOf(failure) }
  const { exitCode, message, hint } = failure
  return { exitCode, message, hint }
}

const isInterrupt = (stop: unknown): boolean => stop instanceof InfraError && stop.exitCode === 130

/**
 * The data first, which is left where the page cannot be drawn. What draws is loaded only now: it takes a moment.
 * @returns the path of the file to open.
 */
const writeFiles = async (directory: string, record: RunRecord, plan: Plan): Promise<string> => {
  await setAside(directory)
  await writeFile(path.join(directory, 'report.json'), `${JSON.stringify(record)}\n`)
  await writeFile(path.join(directory, 'report.md'), `${runAsMarkdown(record)}\n${changeAsMarkdown(plan, {})}`)
  const { reportPage } = await import('../report/html/page.ts')
  const page = path.join(directory, 'report.html')
  await writeFile(page, await reportPage(record))
  return page
}

/** A run that goes on with an earlier one has the same folder, and what that one left stays: `report-1.html`. */
const setAside = async (directory: string): Promise<void> => {
  const files = await readdir(directory)
  if (!files.includes('report.json')) return
  const number = 1 + files.filter((file) => /^report-\d+\.json$/.test(file)).length
  for (const file of files.filter((one) => /^report\.(html|json|md)$/.test(one)))
    await rename(path.join(directory, file), path.join(directory, file.replace('report', `report-${number}`)))
}
