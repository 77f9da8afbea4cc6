import { EOL } from 'node:os'
import { describePulse } from '../report/pulse.ts'
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
    const lines = [...notices, ...describeRun(world, (process.stdout.columns ?? 80) - marginColumns)]
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

const describeRun = ({ witness }: RunWorld, width: number): readonly string[] => {
  const pulse = witness.pulse()
  return pulse ? [describePulse(pulse, width)] : []
}
