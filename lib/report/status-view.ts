import { cut } from '../cut.ts'
import type { ExitCode } from '../errors.ts'
import type { TerminalSize } from '../terminal.ts'
import { describeMoment, duration } from '../time.ts'
import { describeStatus, exitCodeOf, type Status } from './status.ts'

/** What one look of a watch found. */
export interface StatusLook {
  /** When it began, milliseconds since the Unix epoch. */
  readonly at: number
  readonly tookMs: number
  /** Or why nothing could be found out. */
  readonly found: Status | { readonly fault: string }
}

/** What a look of which nothing is known ends with is that it could not be measured. */
export const exitCodeOfLook = ({ found }: StatusLook): ExitCode => ('fault' in found ? 8 : exitCodeOf(found))

/** What a look found, without when. @param width columns. */
export const describeLook = ({ found }: StatusLook, width: number): string =>
  'fault' in found ? `Nothing could be found out: ${found.fault}` : describeStatus(found, width)

/**
 * What a watch shows on a terminal: never more lines than fit, of which one is left for the cursor, and the verdict in the last. What is
 * wrong stands at the end of a status, so its beginning is what goes. Pure.
 */
export const describeStatusView = (look: StatusLook, { columns, rows }: TerminalSize): string => {
  const lines = describeLook(look, columns).split('\n')
  const room = rows - 3
  const left = lines.length - room + 1
  const shown =
    lines.length > room ? [`… ${left} lines more above: status without --watch has them`, ...lines.slice(left)] : lines
  return [...shown, '', verdictLine(look)].map((line) => cut(line, columns)).join('\n')
}

const verdictLine = (look: StatusLook): string => {
  const [clock] = describeMoment(look.at).split(',')
  return `${verdictOf(look)}: ${clock}, in ${duration(look.tookMs)}. Ctrl-C ends it.`
}

const verdictOf = ({ found }: StatusLook): string => {
  if ('fault' in found) return 'UNKNOWN'
  if (found.drift.length > 0) return `DRIFT (${found.drift.length})`
  return exitCodeOf(found) === 0 ? 'OK' : 'UNKNOWN'
}
