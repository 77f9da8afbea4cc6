import { Listr, type ListrTask } from 'listr2'
import { bakerName } from '../fleet/names.ts'
import { describeStep } from '../plan/describe.ts'
import type { PlanPhase, Step, Track } from '../plan/types.ts'
import { drawWhile } from '../terminal.ts'
import { createFooter } from './footer.ts'
import { perform } from './handlers.ts'
import { type Report, recordPhase, recordStep } from './record.ts'
import { createLogger, type Display, listrOptions } from './renderer.ts'
import type { RunWorld } from './world.ts'

/**
 * Runs one phase of a plan as a task tree: its tracks side by side, the steps of a track in turn. Waits for every track to
 * end before it fails, so nothing runs on behind the back of whoever handles the failure.
 * @throws the first error of any step.
 */
export const runPhase = async (world: RunWorld, phase: PlanPhase, display: Display): Promise<void> => {
  const failures: unknown[] = []
  const taskOf = (step: Step): ListrTask => ({
    title: describeStep(step),
    task: async (_context, task) => {
      await performRecorded(world, step, (text) => {
        if (task.output !== text) task.output = text
      }).catch((error: unknown) => {
        failures.push(error)
        throw error
      })
    },
  })
  const trackTask = (track: Track): ListrTask => {
    const [first] = track
    if (track.length === 1 && first) return taskOf(first)
    return {
      title: subjectOf(track),
      task: (_context, task) => task.newListr(track.map(taskOf), { concurrent: false, exitOnError: true }),
    }
  }
  const [only] = phase.tracks
  const tasks = phase.tracks.length === 1 && only ? only.map(taskOf) : phase.tracks.map(trackTask)
  const isConcurrent = phase.tracks.length > 1
  const footer = createFooter(world)
  const root: ListrTask = {
    title: phase.title,
    rendererOptions: { bottomBar: 1 },
    task: (_context, task) => {
      if (display === 'tree')
        footer.open((text) => {
          task.output = text
        })
      return task.newListr(tasks, { concurrent: isConcurrent, exitOnError: !isConcurrent })
    },
  }
  const logger = createLogger()
  const draw = (): Promise<unknown> => new Listr([root], listrOptions(display, logger)).run({})
  await recordPhase(world, phase, async () => {
    if (display !== 'tree') await draw()
    else await drawWhile({ notice: footer.notice, leave: () => logger.process.release() }, draw).finally(footer.close)
    if (failures.length > 0) throw failures[0]
  })
}

const subjectOf = (track: Track): string => {
  const [first] = track
  if (!first) return ''
  if ('architecture' in first) return bakerName(first)
  return 'lb' in first ? first.lb : 'server' in first ? first.server : describeStep(first)
}

/** An interrupt takes effect between steps: a step that has begun is finished. */
const performRecorded = async (world: RunWorld, step: Step, report: Report): Promise<void> => {
  world.signal.throwIfAborted()
  await recordStep(world, step, (note) =>
    perform(world, step, (text) => {
      note(text)
      report(text)
    }),
  )
}
