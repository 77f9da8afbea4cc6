import { type ListrBaseClassOptions, ListrLogger, PRESET_TIMER, PRESET_TIMESTAMP, ProcessOutput } from 'listr2'
import { canDraw } from '../terminal.ts'

/** How a run is drawn: not at all with `--json`, whose events say it all; as lines with times with `--verbose` or without a terminal that can be drawn on. */
export type Display = 'tree' | 'lines' | 'silent'

export const displayFor = ({ json, verbose }: { readonly json: boolean; readonly verbose: boolean }): Display =>
  json ? 'silent' : !verbose && canDraw(process.stderr) && canDraw(process.stdout) ? 'tree' : 'lines'

/** Draws on stderr, since stdout is for data; the tree holds back all else that is written there. */
export const createLogger = (): ListrLogger =>
  new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })

/** Signals are ours, since listr2's own handler ends the process. */
export const listrOptions = (
  display: Display,
  logger: ListrLogger,
): ListrBaseClassOptions<object, 'default', 'simple'> => {
  return {
    registerSignalListeners: false,
    exitOnError: false,
    collectErrors: 'minimal',
    silentRendererCondition: display === 'silent',
    fallbackRendererCondition: display === 'lines',
    rendererOptions: {
      logger,
      timer: PRESET_TIMER,
      collapseSubtasks: false,
      showErrorMessage: false,
      collapseErrors: false,
    },
    fallbackRendererOptions: { logger, timestamp: PRESET_TIMESTAMP, timer: PRESET_TIMER },
  }
}
