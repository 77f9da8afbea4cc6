import { createLogUpdate } from 'log-update'
import { drawWhile, sizeOf, type TerminalSize } from './terminal.ts'

/** What stands on a terminal and is drawn anew as a whole, without colours. */
export interface LiveView {
  /** @param render makes it, never larger than the terminal is by then. */
  readonly show: (render: (size: TerminalSize) => string) => void
  /** Says a line that stays, above it. */
  readonly notice: (text: string) => void
}

/** Draws looks of a watch for as long as `work` takes. Only where one can draw: elsewhere its codes would be in the way. */
export const withLiveView = async <T>(stream: NodeJS.WriteStream, work: (view: LiveView) => Promise<T>): Promise<T> => {
  const update = createLogUpdate(stream)
  const show: LiveView['show'] = (render) => update(render(sizeOf(stream)))
  const notice = (text: string): void => update.persist(text)
  const leave = (): void => update.done()
  update('Looks for the first time…')
  try {
    return await drawWhile({ notice, leave }, () => work({ show, notice }))
  } finally {
    leave()
  }
}
