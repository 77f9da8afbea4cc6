import { canDraw, type Drawing, drawWhile, sizeOf } from '../terminal.ts'

type Output = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

const everyMs = 100
const clear = '\r\u001b[K'

/** A line that is drawn over and over while `work` runs, and is gone afterwards; nothing where there is no terminal. */
export const withProgressLine = async <T>(
  output: Output,
  work: (show: (text: string) => void) => Promise<T>,
): Promise<T> => {
  if (!canDraw(output)) return work(() => undefined)
  let shownAt = 0
  const show = (text: string): void => {
    const now = performance.now()
    if (now - shownAt < everyMs) return
    shownAt = now
    output.write(`${clear}${text.slice(0, sizeOf(output).columns - 1)}`)
  }
  const drawing: Drawing = {
    notice: (text) => void output.write(`${clear}${text}\n`),
    leave: () => void output.write(clear),
  }
  try {
    return await drawWhile(drawing, () => work(show))
  } finally {
    output.write(clear)
  }
}
