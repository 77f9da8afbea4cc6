import { EOL } from 'node:os'
import { cut } from '../cut.ts'
import { describeAbout, workLeft } from '../plan/estimate.ts'
import { describePulse } from '../report/pulse.ts'
import { sizeOf } from '../terminal.ts'
import { describeRemaining } from '../time.ts'
import type { RunWorld } from './world.ts'

/** What stands under the tree of a phase, whose head may have left the window: what was said last, and how the run is doing. */
interface Footer {
  /** @param show shows a text in place of the one before. */
  readonly open: (show: (text: string) => void) => void
  /** Says a line at once. */
  readonly notice: (text: string) => void
  readonly close: () => void
}

const everyMs = 1000
/** listr2 puts a mark before the text, and leaves two columns. */
const marginColumns = 4

export const createFooter = (world: RunWorld): Footer => {
  let notices: readonly string[] = []
  let show = (_text: string): void => undefined
  let timer: NodeJS.Timeout | undefined
  const draw = (): void => {
    const lines = [...notices, ...describeRun(world, sizeOf(process.stdout).columns - marginColumns)]
    if (lines.length > 0) show(lines.join(EOL))
  }
  return {
    open: (showText) => {
      show = showText
      draw()
      timer = setInterval(draw, everyMs)
    },
    notice: (text) => {
      notices = [text]
      draw()
    },
    close: () => clearInterval(timer),
  }
}

const describeRun = (world: RunWorld, width: number): readonly string[] => {
  const pulse = world.witness.pulse()
  return [...describeTime(world).map((line) => cut(line, width)), ...(pulse ? [describePulse(pulse, width)] : [])]
}

/** `42 s so far, about 12 s left`. What waits and questions will take nobody knows. */
const describeTime = ({ events, clock, estimate }: RunWorld): readonly string[] => {
  const begun = events.journal()
  const [first] = begun
  if (!first) return []
  const now = clock.now()
  const left = estimate?.work && workLeft(estimate.work, begun, now)
  const soFar = `${describeRemaining(now - first.startedAtUnixMs)} so far`
  return [left ? `${soFar}, ${describeAbout(left)} left` : soFar]
}
