import { isDumb } from './config/terminal.ts'

/** What draws on the terminal, and holds back all else that is written there. */
export interface Drawing {
  /** Shows a line at once. */
  readonly notice: (text: string) => void
  /** Leaves the terminal as it was found: with its cursor, and with what was held back. */
  readonly leave: () => void
}

// the process has one terminal, and a signal has to reach who draws on it
let drawing: Drawing | undefined

/** Draws for as long as `work` takes. */
export const drawWhile = async <T>(own: Drawing, work: () => Promise<T>): Promise<T> => {
  drawing = own
  try {
    return await work()
  } finally {
    drawing = undefined
  }
}

/** Whether what a stream shows can be written over: on a terminal that can move its cursor. */
export const canDraw = ({ isTTY }: Partial<Pick<NodeJS.WriteStream, 'isTTY'>>): boolean => isTTY === true && !isDumb()

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** That of the terminal that a stream writes to: 80 × 24 where there is none, and where it does not say, as script(1) and some consoles do with 0. */
export const sizeOf = ({ columns, rows }: Partial<TerminalSize>): TerminalSize => ({
  columns: columns || 80,
  rows: rows || 24,
})

/** Columns of the terminal that a stream writes to; Infinity where it is none. */
export const widthOf = ({ isTTY, columns }: Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>): number =>
  (isTTY && columns) || Number.POSITIVE_INFINITY

/** Says a line on stderr at once, whoever draws there. */
export const sayAtOnce = (text: string): void => {
  if (drawing) drawing.notice(text)
  else process.stderr.write(`\n${text}\n`)
}

/** Before the process ends in the middle of a drawing. */
export const leaveTerminal = (): void => {
  drawing?.leave()
  drawing = undefined
}
